"""What a simulated time brought: who was sent how much, and what was said of every lapse that came."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

BUDGET = 10  # mails a person and week, on average
ENOUGH = 3  # announcements of a lapse to the person whose move it is


@dataclass(frozen=True, slots=True)
class Load:
    """What one person was sent."""

    name: str
    weeks: float
    mornings: int
    at_once: int
    fullest_week: int

    @property
    def a_week(self) -> float:
        """Mails a week, on average."""
        return (self.mornings + self.at_once) / self.weeks


@dataclass(frozen=True, slots=True)
class Lapse:
    """A lapse that came: the steps at which who had to move was told, and those that its window allowed.

    ``hushed``: somebody acknowledged or snoozed it meanwhile, so that some steps were rightly not said.
    """

    kind: str
    at: datetime
    told: frozenset[int]
    allowed: frozenset[int]
    people: int
    hushed: bool = False

    @property
    def name(self) -> str:
        """What and when."""
        return f"{self.kind} at {self.at:%d %b %H:%M}"

    @property
    def is_too_quiet(self) -> bool:
        """Whether it was said fewer than three times although there was time to."""
        return len(self.told) < min(ENOUGH, len(self.allowed))

    @property
    def is_left_out(self) -> bool:
        """Whether a step was not said although there was time and nobody had said that they know."""
        return not self.hushed and not self.allowed <= self.told


@dataclass(slots=True)
class Findings:
    """What a simulated time brought."""

    flights: int
    loads: list[Load]
    lapses: list[Lapse]
    averted: int

    @property
    def too_quiet(self) -> list[Lapse]:
        """Lapses that were announced too seldom."""
        return [lapse for lapse in self.lapses if lapse.is_too_quiet]

    @property
    def untold(self) -> list[Lapse]:
        """Lapses of which nobody was told at all."""
        return [lapse for lapse in self.lapses if not lapse.people]

    def problems(self) -> list[str]:
        """What does not keep DOMAIN.md §7."""
        found = [
            f"{load.name}: {load.a_week:.1f} mails a week" for load in self.loads if load.a_week > BUDGET
        ]
        found += [
            f"{lapse.name}: told at {_steps(lapse.told)}, possible were {_steps(lapse.allowed)}"
            for lapse in self.lapses
            if lapse.is_too_quiet or lapse.is_left_out
        ]
        return found + [f"{lapse.name}: nobody was told" for lapse in self.untold]

    def table(self) -> str:
        """What ``make mail-load`` prints."""
        lines = [f"{'person':<12}{'mails a week':>14}{'mornings':>10}{'at once':>9}{'fullest week':>14}"]
        lines += [
            f"{load.name:<12}{load.a_week:>14.1f}{load.mornings:>10}{load.at_once:>9}{load.fullest_week:>14}"
            for load in self.loads
        ]
        counts = Counter(lapse.kind for lapse in self.lapses)
        lines += [
            "",
            f"{self.flights} flights, {self.averted} lapses averted, {len(self.lapses)} came: "
            + ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())),
        ]
        for number, lapses in sorted(Counter(len(lapse.told) for lapse in self.lapses).items()):
            lines.append(f"  announced {number} times: {lapses}")
        left_out = sum(lapse.is_left_out for lapse in self.lapses)
        too_seldom = f"announced too seldom: {len(self.too_quiet)}, to nobody: {len(self.untold)}"
        lines.append(f"{too_seldom}, without a step that was possible: {left_out}")
        return "\n".join(lines)


def _steps(steps: frozenset[int]) -> str:
    return ", ".join(str(step) for step in sorted(steps, reverse=True)) or "none"
