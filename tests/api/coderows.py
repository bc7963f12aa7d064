"""What a page and an endpoint leave behind that were told the same of a code."""

from typing import Any

from authorizations.models import AuthorizationCode
from tests.audit import entries
from tests.world import World


def left_behind(world: World) -> tuple[list[Any], list[Any]]:
    """The rows of codes and the audit of the brand, without ids, actors and what is sealed."""
    hidden = {"id", "brand_id", "post_id", "ciphertext", "fingerprint", "supersedes_id"}
    rows = [
        {name: value for name, value in row.items() if name not in hidden}
        for row in AuthorizationCode.objects.for_brand(world.brand).order_by("pk").values()
    ]
    said = [
        (
            entry.action,
            *({k: v for k, v in part.items() if k != "post"} for part in (entry.before, entry.after)),
        )
        for entry in entries(world.brand)
        if entry.action.startswith("code.")
    ]
    return rows, said
