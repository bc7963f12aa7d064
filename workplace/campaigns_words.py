"""What the page of a campaign says first. Plain Python, English, no clock."""

from dataclasses import dataclass

from campaigns.enums import Section
from campaigns.phrases import Tone
from campaigns.queries.board import MoneySum
from campaigns.words import Words
from sparktrack.core.wording import count, money
from workplace.queries.campaigns import CampaignPage

_STOPS = {Section.WITHOUT_RIGHTS, Section.BLOCKED}


@dataclass(frozen=True, slots=True)
class CampaignAnswer:
    """The headline and what follows it; ``first`` says what happens to the most urgent flight, empty if nothing."""

    tone: Tone
    headline: str
    rest: str
    first: str
    step: str


def campaign_answer(page: CampaignPage, first: Words | None) -> CampaignAnswer:
    """How many flights are covered; ``first``: the most urgent of them in words."""
    rest = _rest(page)
    if page.judged == 0:
        return CampaignAnswer(Tone.IDLE, _nothing_runs(page), rest, "", "")
    if first is None or page.first is None:
        every = "The flight is" if page.judged == 1 else f"All {count(page.judged, 'flight')} are"
        return CampaignAnswer(Tone.OK, f"{every} covered", rest, "", "")
    headline = (
        f"{page.covered} of {count(page.judged, 'flight')} {'is' if page.covered == 1 else 'are'} covered"
    )
    if without := page.counts.get(Section.WITHOUT_RIGHTS):
        headline = (
            f"{count(without, 'flight')} {'runs' if without == 1 else 'run'} without rights, {headline}"
        )
    elif blocked := page.counts.get(Section.BLOCKED):
        headline = f"{count(blocked, 'flight')} {'is' if blocked == 1 else 'are'} blocked, {headline}"
    tone = Tone.STOP if page.first.section in _STOPS else Tone.WARN
    return CampaignAnswer(tone, headline, rest, first.answer, first.step)


def sums(amounts: list[MoneySum]) -> str:
    """``≈ $2,400 + ≈ €300``: amounts of several currencies are never added up."""
    return " + ".join(money(each.amount, each.currency, estimate=True) for each in amounts)


def _nothing_runs(page: CampaignPage) -> str:
    if page.open:
        return "Nothing to judge yet"
    return "All its flights have ended" if page.ended else "No flight yet"


def _rest(page: CampaignPage) -> str:
    """Money at risk, and the flights that are not judged."""
    said = []
    if page.money:
        said.append(f"{sums(list(page.money))} at risk")
    for section, word in ((Section.PAUSED, "paused"), (Section.UNPLANNED, "not planned yet")):
        if number := page.counts.get(section):
            said.append(f"{number:,} {word}")
    if page.ended:
        said.append(f"{page.ended:,} ended")
    return " · ".join(said)
