"""What a form did, said on the page that it leads back to, with a way to undo it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from alerts.filters import DID
from alerts.models import Alert
from brands.access import BrandRequest
from brands.models import Brand
from sparktrack.core.wording import count

# The field of a form that names the page it stands on.
BACK = "back"

_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ACKNOWLEDGED = "acknowledged."
_SAID = {
    "reopened": "Open again.",
    "snoozed": "Snoozed.",
    "paused": "Noted: paused in Ads Manager.",
    "nothing": "Nothing was chosen.",
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in words; ``undo``: the alerts that can be opened again."""

    words: str
    undo: Sequence[UUID] = ()


def back(request: BrandRequest, otherwise: str, *, did: str) -> HttpResponse:
    """To the page on which the form stood (a page of alerts or of a post), else to ``otherwise``; it says ``did``."""
    place = request.POST.get(BACK, "")
    own = (f"/b/{request.brand.slug}/", "/alerts/")
    if not (place.startswith(own) and url_has_allowed_host_and_scheme(place, allowed_hosts=None)):
        place = otherwise
    parts = urlsplit(place)
    query = QueryDict(parts.query, mutable=True)
    query.pop(DID, None)
    if did:
        query[DID] = did
    return redirect(urlunsplit(("", "", parts.path, query.urlencode(), "")))


def acknowledged(at: datetime) -> str:
    """What ``back`` says of alerts that were acknowledged at this instant."""
    return f"{_ACKNOWLEDGED}{(at - _SINCE) // _MICROSECOND}"


def done_in(request: HttpRequest, *, brand: Brand | None = None) -> Done | None:
    """What the address says was done; one query if it can be undone by this person, in ``brand`` if one is named."""
    did = request.GET.get(DID, "")
    if not did.startswith(_ACKNOWLEDGED):
        return Done(_SAID[did]) if did in _SAID else None
    number = did.removeprefix(_ACKNOWLEDGED)
    if not (number.isdecimal() and number.isascii() and len(number) <= 17):
        return None
    rows = Alert.objects.filter(
        acknowledged_by=request.user.pk,
        acknowledged_at=_SINCE + int(number) * _MICROSECOND,
        closed_at__isnull=True,
    )
    if brand is not None:
        rows = rows.filter(brand=brand)
    found = list(rows.values_list("pk", flat=True)[:100])
    return Done(f"{count(len(found), 'alert')} acknowledged.", found) if found else None
