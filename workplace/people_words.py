"""What the pages say about people. Plain Python, English, no clock."""

from datetime import date

from brands.enums import Role
from sparktrack.core.wording import count, weekday
from workplace.enums import Duty

ROLES = {
    Role.VIEWER: "Reads. Sees no code, no fee, no contact and no internal note.",
    Role.BUYER: "Plans flights, records codes that arrive, takes them to Ads Manager.",
    Role.MANAGER: "All that a buyer may, and creators, posts, briefs, rights, imports.",
    Role.ADMIN: "Everything: people, settings and the audit, too.",
}

# Of somebody who leaves: what it is called beside the question who takes it over.
DUTIES = {
    Duty.FLIGHTS: "Flights they buy",
    Duty.CAMPAIGNS: "Campaigns they buy",
    Duty.CREATORS: "Creators they manage",
    Duty.ALERTS: "Alerts they took upon them or put off",
    Duty.DEPUTY: "Standing in for others",
}
NOBODY = {
    Duty.FLIGHTS: "Nobody: the campaign's buyer, else the manager is told",
    Duty.CAMPAIGNS: "Nobody",
    Duty.CREATORS: "Nobody: the buyers are told",
    Duty.ALERTS: "Nobody: they are open again",
    Duty.DEPUTY: "Nobody stands in",
}
_NOUNS = {
    Duty.FLIGHTS: "flight",
    Duty.CAMPAIGNS: "campaign",
    Duty.CREATORS: "creator",
    Duty.ALERTS: "alert",
    Duty.DEPUTY: "colleague",
}


def how_many(duty: Duty, number: int, to_come: int) -> str:
    """``14 flights, 5 of them running or planned``: how much there is to take over."""
    words = count(number, _NOUNS[duty])
    return f"{words}, {to_come:,} of them running or planned" if duty is Duty.FLIGHTS else words


def away_words(first: date | None, last: date | None, *, year: int) -> str:
    """``from Mon 23 Nov to Fri 27 Nov``, ``until Fri 27 Nov``, ``from Mon 23 Nov on``, ``always``: both days count."""
    if first and last:
        return f"from {weekday(first, year=year)} to {weekday(last, year=year)}"
    if last:
        return f"until {weekday(last, year=year)}"
    return f"from {weekday(first, year=year)} on" if first else "always"
