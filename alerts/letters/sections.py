"""The sections of a letter about several lapses: what is in them, in which order, and how the subject counts them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import overload

from alerts.letters.groups import HEADINGS, SHAPES, URGENCY, Group, by_day, counted, day_of
from alerts.letters.lapses import Lapse
from alerts.letters.lines import one_line
from campaigns.phrases import Tone
from sparktrack.core.days import local_date

# Lines of one letter; what does not fit is counted.
MOST_LINES = 25
# What a subject line counts.
MOST_COUNTS = 3
# Their days are worth naming in a subject line.
_DATED = frozenset({Group.STOPS, Group.PAUSE_BY, Group.APPLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what, when, where it flies, what it costs a day; ``url``: the page behind its name."""

    post: str
    handle: str
    when: str
    about: str
    a_day: str
    url: str


class LapseLines(Sequence[Line]):
    """Lapses as lines, each put into words when it is read: of very many, a letter shows a few and counts the rest."""

    def __init__(self, lapses: Iterable[Lapse], say: Callable[[Lapse], Line]) -> None:
        self._lapses = list(lapses)
        self._say = say

    def __len__(self) -> int:
        return len(self._lapses)

    @overload
    def __getitem__(self, at: int) -> Line: ...

    @overload
    def __getitem__(self, at: slice) -> list[Line]: ...

    def __getitem__(self, at: int | slice) -> Line | list[Line]:
        if isinstance(at, slice):
            return [self._say(lapse) for lapse in self._lapses[at]]
        return self._say(self._lapses[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with its lines."""

    title: str
    note: str
    tone: Tone
    lines: Sequence[Line]

    @property
    def shape(self) -> str:
        """The sign beside the heading."""
        return SHAPES[self.tone]


def line_of(lapse: Lapse, *, with_brand: bool, said: str = "") -> Line:
    """A lapse as a line; ``said``: what somebody said about it, in place of when it lapses."""
    brand = one_line(lapse.brand.name, 60) if with_brand else ""
    return Line(
        post=lapse.post,
        handle=lapse.handle,
        when=f"{lapse.when}. {said}" if said else lapse.when,
        about=" · ".join(filter(None, (brand, lapse.about))),
        a_day=lapse.a_day,
        url=lapse.url,
    )


def of_groups(lapses: Iterable[Lapse], *, with_brand: bool) -> list[Section]:
    """The lapses, in the order given, below the headings of their groups."""
    found: dict[Group, list[Lapse]] = {group: [] for group in URGENCY}
    for lapse in lapses:
        found[lapse.group].append(lapse)
    say = partial(line_of, with_brand=with_brand)
    return [section(group, LapseLines(of_group, say)) for group, of_group in found.items() if of_group]


def section(group: Group, lines: Sequence[Line], *, title: str = "") -> Section:
    """The lines below the heading of a group."""
    heading = HEADINGS[group]
    return Section(title=title or heading.title, note=heading.note, tone=heading.tone, lines=lines)


def cut(sections: Iterable[Section], most: int = MOST_LINES) -> tuple[list[Section], int]:
    """The sections with ``most`` lines in all, and how many lines are left out."""
    kept: list[Section] = []
    left_out = 0
    for each in sections:
        room = max(0, most - sum(len(other.lines) for other in kept))
        left_out += max(0, len(each.lines) - room)
        if room:
            kept.append(replace(each, lines=each.lines[:room]))
    return kept, left_out


def counts(lapses: Sequence[Lapse], counted_only: Iterable[Group] = (), *, most: int = MOST_COUNTS) -> str:
    """``2 to pause now, 5 stop by Friday``: the most urgent groups, counted, in the reader's zone.

    ``counted_only``: the groups of lapses of which no more is known; then no day is named for them.
    """
    others = Counter(counted_only)
    parts = []
    for group in URGENCY:
        of_group = [lapse for lapse in lapses if lapse.group is group]
        if not of_group and not others[group]:
            continue
        words = counted(group, len(of_group) + others[group])
        if group in _DATED and not others[group]:
            last = max(day_of(group, lapse.at, lapse.times) for lapse in of_group)
            words += f" {by_day(last, local_date(of_group[0].now, of_group[0].viewer_zone))}"
        parts.append(words)
    return ", ".join(parts[:most])
