"""All settings of a brand at once, whoever asks: a page or a script."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from authorizations.operations.posts import set_rights_tracking
from brands.models import Brand
from brands.operations.brands import change_brand_settings
from brands.operations.edits import locked
from campaigns.operations.zones import change_brand_zone
from sparktrack.core.actors import Actor


def change_brand(*, brand: Brand, values: Mapping[str, Any], now: datetime, actor: Actor) -> None:
    """One operation for what nothing depends on, one for each of the two that change what may run.

    ``values``: those of ``change_brand_settings``, ``time_zone``, ``tracks_rights``. Raises what the three raise; then
    nothing is written.
    """
    plain = {name: value for name, value in values.items() if name not in {"time_zone", "tracks_rights"}}
    with locked(brand):
        change_brand_settings(brand=brand, values=plain, now=now, actor=actor)
        if "time_zone" in values:
            change_brand_zone(brand=brand, zone=values["time_zone"], now=now, actor=actor)
        if "tracks_rights" in values:
            set_rights_tracking(brand=brand, tracks=values["tracks_rights"], now=now, actor=actor)
