"""What waits for a person, in the order in which it should be done. Plain Python, English, no clock."""

from collections.abc import Iterator
from dataclasses import dataclass

from brands.enums import Role
from brands.models import Brand, Membership
from brands.rules import Action
from campaigns.enums import Section
from sparktrack.core.wording import count
from workplace.queries.welcome import Own


@dataclass(frozen=True, slots=True)
class NextStep:
    """Something to do: what it is, why, and the page for it: a route of the brand, or a place on this page."""

    title: str
    why: str
    route: str = ""
    place: str = ""
    tone: str = "idle"


# Sections in which something must be done, and what.
_URGENT = (
    (Section.WITHOUT_RIGHTS, "stop", "{} without rights: pause in Ads Manager", "TikTok goes on spending."),
    (
        Section.BLOCKED,
        "stop",
        "{} blocked",
        "Nothing delivers until the code, the rights or the post is back.",
    ),
    (Section.STOPS, "warn", "{} stop{s} mid-flight", "Ask for a longer code before the day comes."),
    (Section.MUST_PAUSE, "warn", "{} to pause soon", "The rights end; TikTok does not know the contract."),
    (Section.WAITING, "warn", "{} waiting for a code", "Planned, and cannot start yet."),
)


def next_steps(
    own: Own, *, brand: Brand, membership: Membership, allowed: frozenset[Action]
) -> list[NextStep]:
    """What to do next; empty if nothing waits."""
    return [*_setting_up(own, brand, allowed), *_urgent(own), *_oneself(own, membership)]


def _setting_up(own: Own, brand: Brand, allowed: frozenset[Action]) -> Iterator[NextStep]:
    if not own.has_posts and Action.IMPORT_TRACKER in allowed:
        yield NextStep(
            "Import your sheet",
            "You see every row before anything is written, and one button undoes it.",
            "imports",
        )
    if not own.has_accounts and Action.CHANGE_SETTINGS in allowed:
        yield NextStep(
            "Name your ad accounts", "Then it is known in whose midnight a flight ends.", "ad-accounts"
        )
    if own.members == 1 and Action.MANAGE_PEOPLE in allowed:
        yield NextStep("Invite your colleagues", f"So far nobody else is in {brand.name}.", "people")


def _urgent(own: Own) -> Iterator[NextStep]:
    numbers = {each.section: each.count for each in own.flights.counts}
    for section, tone, words, why in _URGENT:
        if number := numbers.get(section, 0):
            title = words.format(count(number, "flight"), s="s" if number == 1 else "")
            yield NextStep(title, why, place=section.value, tone=tone)


def _oneself(own: Own, membership: Membership) -> Iterator[NextStep]:
    if own.alert_count:
        title = f"Look at {count(own.alert_count, 'alert')}"
        yield NextStep(title, "Acknowledge those you take upon you.", place="alerts", tone="warn")
    answers = own.flight_count or own.creator_count
    if answers and membership.deputy_id is None and membership.role != Role.VIEWER and own.members > 1:
        yield NextStep("Say who stands in for you", "When you are away, alerts go to them.", "people-me")
