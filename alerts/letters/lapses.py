"""What a letter says of one lapse: from the flights it still hits to words for one reader."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from uuid import UUID

from alerts.enums import AlertKind
from alerts.letters import groups
from alerts.letters.groups import SHAPES, URGENCY, Group
from alerts.letters.hits import (
    CAMPAIGN,
    NAME,
    HitWords,
    account,
    hit_words,
    is_halted,
    joined,
    one_sided,
    post_url,
)
from alerts.letters.lines import one_line
from alerts.models import Alert
from alerts.queries.standing import Standing
from brands.models import Brand
from campaigns.phrases import Moment, Subject, Tone, limiting, sentence
from campaigns.queries.lines import FlightLine
from campaigns.words import Words, flight_words
from posts.enums import Method
from posts.models import Post
from sparktrack.core.wording import TimeWords, count, money

# Flights that a letter names of one lapse; the rest is counted.
MOST_HITS = 12


@dataclass(frozen=True, kw_only=True)
class Lapse:
    """One lapse, told to a reader in ``viewer_zone``; ``lines`` (never empty) are the flights it still hits.

    They are judged by the side of the alert alone; ``halted`` are those of them that TikTok has stopped for another
    reason, so that nobody has to pause them.
    """

    alert: Alert
    brand: Brand
    lines: Sequence[FlightLine]
    halted: Collection[UUID]
    viewer_zone: str
    now: datetime

    @classmethod
    def of(cls, standing: Standing, *, viewer_zone: str, now: datetime) -> "Lapse":
        """What stands at ``now``; it must hold."""
        return cls(
            alert=standing.alert,
            brand=standing.brand,
            lines=[one_sided(hit, standing.alert, now) for hit in standing.hits],
            halted={hit.flight.pk for hit in standing.hits if is_halted(hit, now)},
            viewer_zone=viewer_zone,
            now=now,
        )

    @cached_property
    def kind(self) -> AlertKind:
        """What must be renewed or done."""
        return AlertKind(self.alert.kind)

    @cached_property
    def ordered(self) -> list[FlightLine]:
        """The flights, most urgent first, of those most money first."""
        return sorted(
            self.lines,
            key=lambda line: (
                URGENCY.index(self._group(line)),
                -(line.daily_spend or 0),
                line.starts_at or self.now,
                line.flight.pk,
            ),
        )

    @property
    def lead(self) -> FlightLine:
        """The flight that the lapse is spoken of by."""
        return self.ordered[0]

    @cached_property
    def group(self) -> Group:
        """That of the most urgent flight."""
        return self._group(self.lead)

    @cached_property
    def times(self) -> TimeWords:
        """Days in the zone of the lead's ad account, clock times in the reader's."""
        return self._times(self.lead)

    @cached_property
    def words(self) -> Words:
        """What board and post page say of the lead."""
        line = self.lead
        words = flight_words(
            line.coverage,
            status=line.status,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            subject=_subject(line.flight.post),
            times=self.times,
            blocked_since=line.blocked_since,
            apply_by=self.at if self.kind is AlertKind.APPLY else None,
        )
        if line.flight.pk not in self.halted:
            return words
        # Rights are over, but nobody has to pause what TikTok has stopped.
        answer = f"{words.limit}: agree them before it runs again"
        return replace(
            words, answer=answer, why="TikTok has stopped it for another reason.", step="Agree the rights"
        )

    @cached_property
    def at(self) -> datetime:
        """When it lapses for the lead: the first gap that is still to come, else the alert's instant."""
        gap = self.lead.first_gap
        begins = gap.starts_at if gap else None
        coming = begins is not None and begins > self.now and self.kind is not AlertKind.APPLY
        return begins if begins is not None and coming else self.alert.lapses_at

    # --- Words -------------------------------------------------------------------------------------------------
    @property
    def tone(self) -> Tone:
        """The meaning of its badge."""
        return self.words.tone

    @property
    def shape(self) -> str:
        """The sign beside the badge."""
        return SHAPES[self.tone]

    @property
    def badge(self) -> str:
        """``Code ends``."""
        return self.words.limit

    @cached_property
    def headline(self) -> str:
        """``Stops Thu 3 Dec, 09:30 CET – 21 days before the flight ends``."""
        answer = self.words.answer
        return answer if self._ends_alike() else answer.partition(" – ")[0]

    @cached_property
    def why(self) -> str:
        """What limits it, with the last full day where it ends inside a day."""
        if self._ends_alike() or self.group not in {Group.STOPS, Group.PAUSE_BY}:
            return self.words.why
        # The sentence of the post page speaks of the one flight's end.
        if self.group is Group.PAUSE_BY:
            return "TikTok does not know the contract: the ads go on until a person pauses them."
        gap = self.lead.first_gap
        why = sentence(limiting(gap), _subject(self.lead.flight.post), Moment.COMING) if gap else ""
        if self.times.begins_a_day(self.at):
            return why
        return f"{why} Last full day: {self.times.last_day(self.at)} ({self.times.zone})."

    @property
    def step(self) -> str:
        """The one next step, as the button says it."""
        if self.kind is AlertKind.APPLY:
            return "Open the new code"  # The headline says until when.
        return self.words.step or "Open the post"

    @cached_property
    def post(self) -> str:
        """``Morning routine``, or ``3 posts``."""
        if len(self._posts) > 1:
            return count(len(self._posts), "post")
        return one_line(str(self.lead.flight.post), NAME)

    @cached_property
    def handle(self) -> str:
        """``@maya.glow``; empty if the posts are of several creators."""
        handles = {line.flight.post.creator.handle for line in self.lines}
        return f"@{handles.pop()}" if len(handles) == 1 else ""

    @cached_property
    def campaigns(self) -> str:
        """``Q4 Glow``, with the number of the others: ``Q4 Glow + 2``."""
        names = list(dict.fromkeys(line.flight.campaign.name for line in self.ordered))
        first = one_line(names[0], CAMPAIGN)
        return f"{first} + {len(names) - 1}" if len(names) > 1 else first

    @cached_property
    def subject(self) -> str:
        """``Stops Thu 3 Dec 09:30: Morning routine · @maya.glow · Q4 Glow``."""
        when = groups.when(self.group, self.lead, self.at, self.times)
        return f"{when}: {' · '.join(filter(None, (self.post, self.handle, self.campaigns)))}"

    @property
    def when(self) -> str:
        """The line under the name in a list: ``Stops Thu 3 Dec, 09:30 CET: code ends``."""
        short = self.words.answer.partition(" – ")[0]
        if self.group is Group.STOPS:
            return f"{short}: {self.badge[0].lower()}{self.badge[1:]}"
        return short

    @property
    def about(self) -> str:
        """The flights in one line: campaigns and ad accounts."""
        named = [
            joined(one_line(line.flight.campaign.name, CAMPAIGN), account(line)) for line in self.ordered[:3]
        ]
        rest = len(self.lines) - len(named)
        return "; ".join(named) + (f" and {rest} more" if rest > 0 else "")

    @cached_property
    def sums(self) -> dict[str, Decimal]:
        """What the flights spend a day, by currency; without those of which nobody said."""
        found: dict[str, Decimal] = {}
        for line in self.lines:
            if line.daily_spend is not None:
                found[line.currency] = found.get(line.currency, Decimal(0)) + line.daily_spend
        return found

    @cached_property
    def a_day(self) -> str:
        """``≈ $420 a day``."""
        return groups.spends(
            [money(amount, currency, estimate=True) for currency, amount in self.sums.items()]
        )

    @property
    def total(self) -> str:
        """The sum below the flights, where there are several."""
        return self.a_day if len(self.lines) > 1 else ""

    @property
    def weight(self) -> Decimal:
        """By which lapses are ordered: most money first."""
        return sum(self.sums.values(), Decimal(0))

    @property
    def hits_title(self) -> str:
        """The heading above the flights."""
        return "The flight" if len(self.lines) == 1 else f"It hits {count(len(self.lines), 'flight')}"

    @cached_property
    def hits(self) -> list[HitWords]:
        """The first flights, each in words."""
        return [
            hit_words(
                line,
                brand=self.brand,
                times=self._times(line),
                with_post=len(self._posts) > 1,
                with_handle=not self.handle,
            )
            for line in self.ordered[:MOST_HITS]
        ]

    @property
    def more(self) -> int:
        """How many flights are not named."""
        return max(0, len(self.lines) - MOST_HITS)

    @cached_property
    def url(self) -> str:
        """The post page of the lead."""
        return post_url(self.brand, self.lead.flight.post_id)

    @property
    def to_pause(self) -> list[FlightLine]:
        """The flights that run without rights now."""
        return [line for line in self.ordered if self._group(line) is Group.PAUSE]

    @property
    def pauses_today(self) -> bool:
        """Whether a person must pause a flight today: the rights are over, or this is their last day."""
        if self.group is Group.PAUSE:
            return True
        return self.group is Group.PAUSE_BY and groups.is_last_day(self.at, self.times)

    def _group(self, line: FlightLine) -> Group:
        return groups.group_of(self.kind, line, halted=line.flight.pk in self.halted)

    def _times(self, line: FlightLine) -> TimeWords:
        return TimeWords(
            now=self.now, zone=line.zone, viewer_zone=self.viewer_zone, contract_zone=self.brand.time_zone
        )

    def _ends_alike(self) -> bool:
        return len({line.ends_at for line in self.lines}) == 1

    @cached_property
    def _posts(self) -> set[UUID]:
        return {line.flight.post_id for line in self.lines}


def by_money(lapses: Iterable[Lapse]) -> list[Lapse]:
    """Most money first, then what lapses first."""
    return sorted(lapses, key=lambda lapse: (-lapse.weight, lapse.at, lapse.alert.pk))


def by_time(lapses: Iterable[Lapse]) -> list[Lapse]:
    """What lapses first comes first, of those most money."""
    return sorted(lapses, key=lambda lapse: (lapse.at, -lapse.weight, lapse.alert.pk))


def _subject(post: Post) -> Subject:
    return Subject(handle=post.creator.handle, linked=post.method != Method.CODE)
