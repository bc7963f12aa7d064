"""What the planner answers, in words. Plain Python, English, no clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from authorizations.rules import DAY
from campaigns.phrases import Tone
from campaigns.pictures import Tick
from campaigns.planner import Advice, Later, Plan, PlannedRights, Preset
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.wording import TimeWords, clock, count, local_year, short_day, stretch, weekday


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know beside the answer, as urgent as its tone."""

    tone: Tone
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PresetWords:
    """One window: its end on both clocks (``elsewhere`` empty where they agree) and how it fits (badge)."""

    preset: Preset
    tone: Tone
    chosen: bool
    fit: str
    end: str
    elsewhere: str
    last_day: str
    picture: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The headline, the sentence below it, what else to know, and what to write to the creator (may be empty)."""

    tone: Tone
    headline: str
    why: str
    notes: tuple[Note, ...]
    presets: tuple[PresetWords, ...]
    axis: tuple[Tick, ...]
    message: str


def planner_answer(plan: Plan, advice: Advice, *, time_known: bool, now: datetime) -> Answer:
    """Say what to ask the creator for; years are named where they are not that of ``now``."""
    words = _Words(plan, advice, now)
    rights = words.of_rights()
    notes = [*rights, *words.of_the_start(), *words.of_ways_out()]
    if not time_known:
        text = "No time is given, so every window counts from the start of that day: it lasts at least as long as said."
        notes.append(Note(Tone.IDLE, "Counted from the start of the day", text))
    tone = Tone.WARN if any(note.tone is Tone.WARN for note in notes) else Tone.OK
    if advice.days is None and advice.later is None:
        tone = Tone.STOP
    why = words.why()
    missing = [f"{note.title[0].lower()}{note.title[1:]}" for note in rights if note.tone is Tone.WARN]
    if missing:
        why += f" But {', and '.join(missing)}."
    return Answer(
        tone=tone,
        headline=words.headline(),
        why=why,
        notes=tuple(notes),
        presets=tuple(words.preset(preset) for preset in advice.presets),
        axis=words.axis(),
        message=words.message(time_known=time_known),
    )


class _Words:
    """The sentences about one plan."""

    def __init__(self, plan: Plan, advice: Advice, now: datetime) -> None:
        self.plan, self.advice, self.now = plan, advice, now
        self.account = TimeWords(now=now, zone=plan.account_zone, viewer_zone=plan.account_zone)
        self.longest = advice.presets[-1]
        self.chosen = next((item for item in advice.presets if item.days == advice.days), None)
        shorter = [item for item in advice.presets if item.short_by]
        self.too_short = shorter[-1] if shorter else None

    def headline(self) -> str:
        """``Ask for 60 days, not 30``."""
        if self.chosen is None and self.advice.later is not None:
            return f"Ask for {self.longest.days} days, but not before {self._day(self.advice.later.first)}"
        if self.chosen is None:
            return f"{self._even()}{self.longest.days} days are too short: plan a second code"
        if self.too_short is None:
            return f"Ask for {self.chosen.days} days: the shortest window is enough"
        return f"Ask for {self.chosen.days} days, not {self.too_short.days}"

    def why(self) -> str:
        """Until when the window lasts, and what the next shorter one would miss."""
        if self.chosen is None:
            end = self._clock(self.longest.ends_at)
            return f"The code would end {end}, {_days(self.longest.short_by)} before the flight does."
        rest = f", {_spare(self.chosen.spare)} longer than the flight" if self.chosen.spare else ""
        why = f"{self.chosen.days} days last until {self._clock(self.chosen.ends_at)}{rest}."
        if self.too_short is not None:
            why += f" {self.too_short.days} days would end {_days(self.too_short.short_by)} before the flight does."
        return why

    def preset(self, preset: Preset) -> PresetWords:
        """One line of the list."""
        if preset.short_by:
            tone, fit = Tone.STOP, f"{_days(preset.short_by)} short"
        else:
            tone = Tone.OK
            fit = f"covers, {_spare(preset.spare)} to spare" if preset.spare else "covers to the minute"
        end, elsewhere = self._clock(preset.ends_at), self._elsewhere(preset.ends_at)
        return PresetWords(
            preset=preset,
            tone=tone,
            chosen=preset is self.chosen,
            fit=fit,
            end=end,
            elsewhere="" if elsewhere == end else elsewhere,
            last_day=self.account.last_day(preset.ends_at),
            picture=f"{preset.days} days: until {self._day_in(preset.ends_at, self.plan.account_zone)}, {fit}.",
        )

    def axis(self) -> tuple[Tick, ...]:
        """The days below the drawings: generation, first and last day of the flight, as far as there is room."""
        plan = self.plan
        lower = min(plan.generated_at, plan.starts_at)
        launch = round(100 * ((plan.starts_at - lower) / (plan.ends_at - lower)), 1)
        first = Tick(f"flight from {self.account.short_day(plan.starts_at)}", launch)
        last = Tick(f"to {self.account.short_last_day(plan.ends_at)}", 100)
        if not launch:
            return first, last
        generated_on = local_date(plan.generated_at, plan.zone)
        generated = Tick(f"code {short_day(generated_on, year=local_year(self.now, plan.zone))}", 0)
        return (generated, first, last) if 25 <= launch <= 75 else (generated, last)

    def of_rights(self) -> list[Note]:
        """Whether a paid right covers the days of the flight. TikTok knows no contract: never "stops"."""
        plan = self.plan
        if plan.rights is PlannedRights.UNTRACKED:
            return []
        if plan.rights is PlannedRights.UNSTATED:
            text = "The contract does not say when the rights end: they count as open. Have the end put in writing."
            return [Note(Tone.IDLE, "The end of the rights is not stated", text)]
        if not self.advice.rights_gaps:
            until = "they are perpetual"
            if plan.rights_to is not None:
                until = f"they last until {self._day(plan.rights_to)}"
            return [Note(Tone.OK, "Rights cover every day of the flight", f"Paid use is allowed: {until}.")]
        notes = []
        for gap in self.advice.rights_gaps:
            start, end = gap.starts_at or plan.starts_at, gap.ends_at or plan.ends_at
            first = local_date(start, plan.account_zone)
            last = last_full_day(end, plan.account_zone)
            span = self._day(first) if first == last else f"{self._day(first)} to {self._day(last)}"
            missing = f"No paid right covers {span} ({count((last - first).days + 1, 'day')})."
            if start <= plan.starts_at and end >= plan.ends_at:
                title = "No day of the flight has rights"
                text = f"{missing} TikTok does not know the contract and would run the ad: agree the rights first."
            elif start <= plan.starts_at:
                title = f"Rights begin {self._day(last + DAY)}"
                text = f"{missing} Launch on that day, or agree an earlier beginning."
            else:
                title = f"Rights end {self._day(first - DAY)}: pause it that day"
                text = f"{missing} TikTok does not know the contract: extend the rights before you launch."
            notes.append(Note(Tone.WARN, title, text))
        return notes

    def of_the_start(self) -> list[Note]:
        """Days that are lost before the flight, or without a code at its beginning."""
        advice, plan = self.advice, self.plan
        best = self._day(advice.best_day)
        if advice.late:
            text = f"The flight starts {self._day(plan.starts_on)}, the code comes later. Have it generated by {best}."
            return [Note(Tone.WARN, f"The first {_days(advice.late)} have no code", text)]
        if advice.burnt < DAY or local_date(plan.generated_at, plan.zone) >= advice.best_day:
            return []
        window = self.chosen or self.longest
        burnt = min(advice.burnt // DAY, window.days)
        text = f"The clock starts when the creator generates: {burnt} of its {window.days} days pass before launch."
        text += f" The latest sensible day is {best}"
        text += f": then {advice.days_then} days would do." if advice.days_then else "."
        return [Note(Tone.WARN if advice.days_then else Tone.IDLE, f"{_gone(burnt)} before launch", text)]

    def of_ways_out(self) -> list[Note]:
        """What to do where no window lasts."""
        later, second = self.advice.later, self.advice.replacement
        longest = self.longest.days
        if later is not None:
            text = f"Generated {self._when(later)}, {longest} days last until the end of the flight."
            return [Note(Tone.WARN, "Have the code generated later", text)]
        if second is None:
            return []
        text = f"Ask for {longest} days now, and for a second code by {self._day(second.on)}: "
        if second.days is None:
            text += (
                f"it takes {second.codes} codes of {longest} days, each asked for before the one before ends."
            )
        else:
            text += f"{second.days} days will do then. Apply it in Ads Manager before the first one ends."
        return [Note(Tone.WARN, f"Replace the code by {self._day(second.on)}", text)]

    def message(self, *, time_known: bool) -> str:
        """What to write to the creator."""
        plan, window = self.plan, self.chosen or self.longest
        when = f"on {self._day(local_date(plan.generated_at, plan.zone))}"
        if self.advice.later is not None:
            when = self._when(self.advice.later)
        elif time_known:
            when = f"on {self._clock(plan.generated_at)}"
        return (
            f"Hi! Could you please generate an ad code for {window.days} days for your post {when}, and send it to "
            f"us? In the TikTok app: open the post, •••, Ad settings, Ad authorization on, choose {window.days} days, "
            f"Generate code. We would run it from {self._day(plan.starts_on)} to {self._day(plan.ends_on)}. Thank you!"
        )

    def _when(self, later: Later) -> str:
        if later.first == later.last:
            return f"on {self._day(later.first)}"
        return f"between {self._day(later.first)} and {self._day(later.last)}"

    def _even(self) -> str:
        return "Even " if len(self.advice.presets) > 1 else ""

    def _clock(self, instant: datetime) -> str:
        return clock(instant, self.plan.zone, now=self.now)

    def _elsewhere(self, instant: datetime) -> str:
        return clock(instant, self.plan.account_zone, now=self.now)

    def _day(self, day: date) -> str:
        return weekday(day, year=local_year(self.now, self.plan.account_zone))

    def _day_in(self, instant: datetime, zone: str) -> str:
        return self._day(local_date(instant, zone))


def _days(length: timedelta) -> str:
    """``28 days``, begun ones counted; less than one as ``5 h``."""
    return stretch(length) if length < DAY else count(-(-length // DAY), "day")


def _gone(days: int) -> str:
    return "1 day is gone" if days == 1 else f"{count(days, 'day')} are gone"


def _spare(length: timedelta) -> str:
    """Never promises time: ``2 days``, ``5 h``."""
    return stretch(length) if length < DAY else count(length // DAY, "day")
