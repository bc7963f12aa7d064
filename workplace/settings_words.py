"""What a change of settings does, and what a token may, in words. Plain Python, English, no clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from brands.enums import TokenScope
from campaigns.operations.zones import Moved
from sparktrack.core.days import first_instant, local_date
from sparktrack.core.wording import count, stretch

# What a script may do with a token of each scope.
SCOPES = {
    TokenScope.READ: "Reads everything a viewer may, and contacts",
    TokenScope.WRITE: "Writes like a manager",
}


def moved_words(moved: Moved) -> str:
    """``12 flights, 3 rights and 5 codes begin or end at other instants.``: what another zone moves."""
    said = [
        count(number, noun)
        for number, noun in ((moved.flights, "flight"), (moved.rights, "right"), (moved.codes, "code"))
        if number
    ]
    if not said:
        return "Nothing on file moves."
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    verb = "begins or ends" if moved.rows == 1 else "begin or end"
    return f"{listed} {verb} at another instant; every date stays as it was typed."


def shift_of(old: str, new: str, *, now: datetime) -> timedelta:
    """How much later today begins in the zone ``new`` than in ``old``."""
    today = local_date(now, old)
    return first_instant(today, new) - first_instant(today, old)


def shift_words(old: str, new: str, *, now: datetime) -> str:
    """``Days begin 6 h earlier.``: what ``shift_of`` says."""
    shift = shift_of(old, new, now=now)
    if shift == timedelta(0):
        return "Days begin when they begin now."
    return f"Days begin {stretch(abs(shift))} {'later' if shift > timedelta(0) else 'earlier'}."


def address_words(networks: Sequence[str]) -> str:
    """``203.0.113.7, 10.0.0.0/8``: where a token counts from; a network of one address is that address."""
    return ", ".join(network.removesuffix("/32").removesuffix("/128") for network in networks) or "anywhere"
