"""A report in words: figures with their definition, and the rows behind each. Plain Python, English, no clock.

Page, paper and CSV say the same: all are made of these figures.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from authorizations.enums import Reason
from campaigns.phrases import Moment, Subject, label
from sparktrack.core.days import last_full_day, local_date
from sparktrack.core.tabular import Value
from sparktrack.core.wording import count, money, short_day
from workplace.enums import Figure
from workplace.queries.reports import AHEAD, Flown, Found, RightLine
from workplace.queries.reports import money as by_currency
from workplace.rules.reports import Split, days, middle, row_days, started_days, total

# Rows of a figure on the page; the CSV has all.
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A row behind a figure; its first cell leads to the post or ``right`` with the id ``about``."""

    about: UUID
    cells: Sequence[Value]
    page: str = "post"


@dataclass(frozen=True, slots=True)
class FigureWords:
    """One figure: its value, more about it, what it counts in one sentence, and its rows below ``header``."""

    name: Figure
    title: str
    value: str
    more: str
    definition: str
    header: Sequence[str]
    lines: Sequence[Line]

    @property
    def shown(self) -> Sequence[Line]:
        """What fits on the page."""
        return self.lines[:MOST_ROWS]

    @property
    def rest(self) -> int:
        """How many do not."""
        return len(self.lines) - len(self.shown)


@dataclass(frozen=True, slots=True)
class ReportWords:
    """A report: what it says first, and its figures."""

    title: str
    headline: str
    figures: Sequence[FigureWords]
    split: Split

    def figure(self, name: Figure) -> FigureWords | None:
        """A figure by its name, None for one that this reader must not see."""
        return next((each for each in self.figures if each.name is name), None)


def report_words(found: Found, *, with_fees: bool) -> ReportWords:
    """Everything a report says; without ``with_fees`` nothing about fees."""
    whole = total(flown.split for flown in found.flown)
    figures = [
        _activated(found),
        _asked(found),
        _burnt(found),
        _lost(found, whole),
        _unpermitted(found, whole),
        *([_unused(found)] if with_fees else []),
        _renewals(found, with_fees=with_fees),
    ]
    return ReportWords(_title(found), _headline(whole), figures, whole)


def _title(found: Found) -> str:
    first, last = found.period.first, found.period.last
    words = f"{short_day(first, year=last.year)} – {short_day(last)}"
    return f"{words}, so far" if found.until < found.period.ends_at else words


def _headline(whole: Split) -> str:
    """``3.3 days lost of 330.5 days planned, 16 days without rights``."""
    if not whole.planned:
        return "No ad was to run"
    lost = _days(whole.lost_in_all) if whole.lost else "No day"
    words = f"{lost} lost of {_days(whole.planned)} planned"
    return f"{words}, {_days(whole.unpermitted_in_all)} without rights" if whole.unpermitted else words


def _days(length: timedelta) -> str:
    """``1 day``, ``2.5 days``; less than one tenth is not nothing."""
    number = days(length)
    if not number and length:
        return "less than 0.1 days"
    return f"{number:,} {'day' if number == 1 else 'days'}"


def _sums(amounts: dict[str, Decimal], *, estimate: bool = False) -> str:
    return " + ".join(money(amount, currency, estimate=estimate) for currency, amount in amounts.items())


def _activated(found: Found) -> FigureWords:
    zone = found.period.zone
    return FigureWords(
        Figure.ACTIVATED,
        "Posts activated",
        f"{len(found.activated):,}",
        "",
        "Posts whose first flight began in this period: when it was launched, as far as somebody noted that, "
        "else on its first day.",
        ("Post", "Creator", "First ran"),
        [
            Line(each.post.pk, (each.post.title, f"@{each.post.handle}", local_date(each.at, zone)))
            for each in found.activated
        ],
    )


def _asked(found: Found) -> FigureWords:
    answers = [each.answer for each in found.asked if each.answer is not None]
    usual = middle(answers)
    more = "" if usual is None else f"Half of them within {_days(usual)}. "
    zone = found.period.zone

    def line(post: UUID, *cells: Value) -> Line:
        return Line(post, cells)

    return FigureWords(
        Figure.ASKED,
        "Codes asked and received",
        f"{len(answers):,} of {len(found.asked):,}",
        f"{more}{count(found.generated, 'code')} generated in the period in all.",
        "Codes that somebody noted as asked for in this period and did not withdraw, and those of them that came, "
        "be it later. The answer time runs until the creator generated the code; where nobody knows when, until it "
        "was put on file.",
        ("Post", "Creator", "Asked", "Days asked for", "Answered", "Days to the answer"),
        [
            line(
                each.post.pk,
                each.post.title,
                f"@{each.post.handle}",
                local_date(each.asked_at, zone),
                each.window_days,
                None if each.answered_at is None else local_date(each.answered_at, zone),
                None if each.answer is None else row_days(each.answer),
            )
            for each in found.asked
        ],
    )


def _burnt(found: Found) -> FigureWords:
    lengths = [each.burnt.length for each in found.burnt]
    unused = sum(each.burnt.is_unused for each in found.burnt)
    usual, zone = middle(lengths), found.period.zone
    more = "" if usual is None else f"Half of {count(len(lengths), 'code')} lost at most {_days(usual)}. "
    return FigureWords(
        Figure.BURNT,
        "Days burnt before launch",
        _days(sum(lengths, timedelta())),
        f"{more}{count(unused, 'code')} ended without an ad." if unused else more.strip(),
        "Days of codes that passed from their generation to the first flight on them, for codes first used in this "
        "period; a code that ended in it without any flight counts whole.",
        ("Post", "Creator", "Code generated", "First used", "Days burnt"),
        [
            Line(
                each.post.pk,
                (
                    each.post.title,
                    f"@{each.post.handle}",
                    local_date(each.starts_at, zone),
                    "never" if each.burnt.is_unused else local_date(each.burnt.at, zone),
                    row_days(each.burnt.length),
                ),
            )
            for each in found.burnt
        ],
    )


def _reason(reason: Reason) -> str:
    return label(reason, Subject(""), Moment.LASTING)


def _by_reason(lengths: Iterable[tuple[Reason, timedelta]]) -> str:
    """``Code ended 5 days, no code 2 days``: the longest first."""
    ordered = sorted(lengths, key=lambda item: (-item[1], item[0]))
    words = ", ".join(f"{_reason(reason).lower()} {_days(length)}" for reason, length in ordered)
    return words[:1].upper() + words[1:]


def _lost(found: Found, whole: Split) -> FigureWords:
    return FigureWords(
        Figure.LOST,
        "Flight-days lost",
        _days(whole.lost_in_all),
        f"{_by_reason(whole.lost.items())}." if whole.lost else "",
        "Time in which flights of this period should have run and TikTok did not run them; each stretch counts once, "
        "under the reason that is named first, and time in which a flight was paused is not planned.",
        ("Post", "Creator", "Campaign", "Days planned", "Reason", "Days lost"),
        [
            Line(
                flown.post.pk,
                (
                    flown.post.title,
                    f"@{flown.post.handle}",
                    flown.campaign,
                    row_days(flown.split.planned),
                    _reason(reason),
                    row_days(length),
                ),
            )
            for flown in found.flown
            for reason, length in flown.split.lost.items()
        ],
    )


def spent(flown: Flown) -> Decimal | None:
    """What days without rights cost: the expected spend of a day times these days, rounded up; None if not known."""
    if flown.daily_spend is None:
        return None
    return flown.daily_spend * started_days(flown.split.unpermitted_in_all)


def _unpermitted(found: Found, whole: Split) -> FigureWords:
    hit = [flown for flown in found.flown if flown.split.unpermitted]
    sums = by_currency((flown.currency, spent(flown)) for flown in hit)
    more = [_by_reason(whole.unpermitted.items()), _sums(sums, estimate=True)]
    return FigureWords(
        Figure.UNPERMITTED,
        "Days without rights",
        _days(whole.unpermitted_in_all),
        "; ".join(filter(None, more)) + ("." if hit else ""),
        "Time in which flights of this period ran although no right to paid use covered them; the money is the "
        "expected spend of a day times these days, rounded up for each flight.",
        ("Post", "Creator", "Campaign", "Reasons", "Days", "Money", "Currency", "Run anyway"),
        [
            Line(
                flown.post.pk,
                (
                    flown.post.title,
                    f"@{flown.post.handle}",
                    flown.campaign,
                    ", ".join(_reason(reason) for reason in flown.split.unpermitted),
                    row_days(flown.split.unpermitted_in_all),
                    spent(flown),
                    flown.currency,
                    flown.run_anyway,
                ),
            )
            for flown in hit
        ],
    )


def _right_cells(found: Found, right: RightLine, *more: Value) -> Iterator[Value]:
    zone = found.period.zone
    yield right.name
    yield local_date(right.starts_at, zone)
    yield None if right.ends_at is None else last_full_day(right.ends_at, zone)
    yield from more


def _fees(found: Found, rights: Iterable[RightLine]) -> dict[str, Decimal]:
    return by_currency((found.brand.currency, right.fee) for right in rights)


def _unused(found: Found) -> FigureWords:
    return FigureWords(
        Figure.UNUSED,
        "Rights paid for and unused",
        _sums(_fees(found, found.unused)) or "Nothing",
        f"{count(len(found.unused), 'right')} of which no use was made." if found.unused else "",
        "Fees of rights to paid use that were in force in this period, and under which no flight has run so far.",
        ("Rights on", "From", "Last day", "Fee", "Currency"),
        [
            Line(right.pk, tuple(_right_cells(found, right, right.fee, found.brand.currency)), "right")
            for right in found.unused
        ],
    )


def _renewals(found: Found, *, with_fees: bool) -> FigureWords:
    needed = sum(right.is_needed for right in found.coming)
    fees = _sums(_fees(found, found.coming)) if with_fees else ""
    more = [
        f"{needed:,} of them with a flight that goes on after the last day" if needed else "",
        f"paid for last time: {fees}" if fees else "",
    ]
    return FigureWords(
        Figure.RENEWALS,
        "Renewals to come",
        f"{len(found.coming):,}",
        "; ".join(filter(None, more)).capitalize() + ("." if any(more) else ""),
        f"Rights to paid use whose last day lies within {AHEAD.days} days from today, whatever the period"
        + (", with the fee that was paid for them." if with_fees else "."),
        ("Rights on", "From", "Last day", "Needed longer", *(("Fee", "Currency") if with_fees else ())),
        [
            Line(
                right.pk,
                tuple(
                    _right_cells(
                        found,
                        right,
                        right.is_needed,
                        *((right.fee, found.brand.currency) if with_fees else ()),
                    )
                ),
                "right",
            )
            for right in found.coming
        ],
    )
