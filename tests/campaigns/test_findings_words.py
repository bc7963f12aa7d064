"""The findings in words: the headline sums up, every line has its next step, and the text reads well in a chat."""

from datetime import date
from decimal import Decimal
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict

from authorizations.enums import EndSource
from campaigns.findings_lines import drift_line, duplicate_line, pasted_line, unverified_line
from campaigns.findings_words import findings_report, report_text
from campaigns.forms.planner import PlannerForm
from campaigns.planner import advise
from campaigns.queries.duplicates import Duplicate, PastedTwice, Same
from campaigns.queries.findings import Drift, UnverifiedEnd, findings
from sparktrack.core.ids import uuid7
from sparktrack.core.wording import TimeWords
from tests.campaigns.scenes import SCENES, covered, ready_post, stops, waiting, without_rights
from tests.world import DAY, NOW, World, spark_code

READ_IT = "Read it in Ads Manager and note it"
TIMES = TimeWords(now=NOW, zone="UTC", viewer_zone="Europe/Berlin")


@pytest.fixture
def world(db):
    return World(name="Northbeam")


def said(world, *, limited=False, zone="UTC"):
    found = findings(world.brand, now=NOW)
    return findings_report(found, viewer_zone=zone, limited=limited)


def text(world, **more):
    found = findings(world.brand, now=NOW)
    report = findings_report(found, viewer_zone="UTC", limited=False)
    return report_text(report, found, viewer_zone="UTC", **more)


# --- The summary -----------------------------------------------------------------------------------------------------
def test_the_headline_is_the_most_urgent_sentence_and_the_rest_follows(world):
    euros = world.account(currency="EUR")
    for spend in (100, 140, 120):
        without_rights(world, daily_spend=Decimal(spend), ad_account=euros)
    stops(world, daily_spend=Decimal(10))
    report = said(world)
    assert report.headline == "3 ads run without rights, about €360 a day"
    assert report.summary.startswith("1 flight stops in the next 14 days, about $160 at risk.")
    assert report.tone == "stop"


def test_money_of_two_currencies_is_not_added(world):
    without_rights(world, daily_spend=Decimal(7))
    without_rights(world, daily_spend=Decimal(9), ad_account=world.account(currency="EUR"))
    report = said(world)
    assert report.headline == "2 ads run without rights, about €9 + $7 a day"
    assert report.parts[0].money == "≈ €9 + ≈ $7 a day without permission"


def test_without_spend_there_is_no_money_to_name(world):
    without_rights(world, daily_spend=None)
    report = said(world)
    assert report.headline == "1 ad runs without rights"
    assert report.parts[0].money == ""
    assert report.parts[0].lines[0].money == "21 days, no spend given"


def test_nothing_to_worry_about_until_something_happens(world):
    post = world.post()
    world.code(post, NOW - 18 * DAY, 60)
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-1), world.day(80))
    report = said(world)
    assert report.headline == "Nothing to worry about until Sat 2 Jan 2027"
    assert report.tone == "ok"
    assert report.summary.startswith("1 later flight has a code that is too short.")
    assert [part.name for part in report.parts] == ["too-short", "unverified"]


def test_nothing_to_worry_about_at_all(world):
    flight = covered(world)
    flight.post.codes.update(end_source=EndSource.TIKTOK)
    report = said(world)
    assert (report.headline, report.summary, report.parts) == ("Nothing to worry about", "", [])
    assert not report.is_empty


def test_an_empty_brand_is_no_good_news(world):
    report = said(world)
    assert (report.headline, report.tone, report.is_empty) == ("Nothing to look at yet", "idle", True)


def test_no_sentence_says_that_rights_stop_an_ad(world):
    for scene in SCENES.values():
        scene(world)
    for part in said(world).parts:
        if part.name in {"without-rights", "must-pause", "drifted"}:
            words = " ".join(f"{part.title} {part.note} {line.limit} {line.step}" for line in part.lines)
            assert "stop" not in words.lower()


def test_every_line_has_a_next_step_and_leads_somewhere(world):
    for scene in SCENES.values():
        scene(world)
    world.creator("maya.glow"), world.creator("maya_glow")
    world.post(title="Soup", creator=(creator := world.creator()))
    world.post(title="Soup", creator=creator)
    lines = [line for part in said(world).parts for line in part.lines]
    assert len(lines) > 10
    for line in lines:
        assert line.step
        assert line.limit
        assert line.post_id or line.board


def test_findings_of_one_import_do_not_lead_to_the_whole_board(world):
    for _ in range(2):
        stops(world)
    assert {part.board for part in said(world).parts} == {"section=stops&lapses_within=14", ""}
    assert {part.board for part in said(world, limited=True).parts} == {""}


# --- The lines -------------------------------------------------------------------------------------------------------
def test_a_flight_that_lacks_a_code_carries_its_plan(world):
    waiting(world)
    part = next(part for part in said(world).parts if part.name == "waiting")
    (line,) = part.lines
    assert line.step.endswith("for 30 days")
    form = PlannerForm(QueryDict(line.plan))
    assert form.is_valid(), form.errors
    # The planner answers what the line says.
    assert advise(form.plan).days == 30
    assert parse_qs(line.plan)["starts_on"] == ["2026-11-26"]


def test_a_code_that_starts_later_needs_no_plan(world):
    post = world.post()
    world.code(post, NOW + 5 * DAY)
    world.right(world.day(-9), post=post)
    world.flight(post, world.day(1), world.day(9))
    part = next(part for part in said(world).parts if part.name == "waiting")
    assert [(line.step, line.plan) for line in part.lines] == [("Wait: it starts Thu 26 Nov", "")]


@pytest.mark.parametrize(
    ("source", "assumed", "when", "limit", "step"),
    [
        (EndSource.SHEET, False, "in 9 d", "End from the sheet", READ_IT),
        (EndSource.COMPUTED, False, "in 9 d", "End computed from the window", READ_IT),
        (EndSource.CREATOR, False, "in 9 d", "End: the creator said", READ_IT),
        (EndSource.ASSUMED, True, "in about 9 d", "End assumed", "Ask @maya when it was generated"),
    ],
)  # fmt: skip
def test_an_unverified_end_says_where_it_comes_from(source, assumed, when, limit, step):
    end = UnverifiedEnd(uuid7(), "Soup", "maya", NOW + 9 * DAY, source, start_assumed=assumed)
    line = unverified_line(end, TIMES)
    assert (line.when, line.limit, line.step) == (when, limit, step)
    assert line.below == "Mon 30 Nov, 15:05 CET"


@pytest.mark.parametrize(
    ("rights_over", "until", "again", "limit"),
    [
        (True, 20, False, "Rights over, the code goes on to 11 Dec: 25 days apart"),
        (False, 20, False, "Code over, the rights go on to 11 Dec: 25 days apart"),
        (False, None, False, "Code over, the rights go on without end"),
        (False, 3, True, "Code over until 24 Nov: 8 days without"),
    ],
)
def test_a_drift_says_by_how_many_days(rights_over, until, again, limit):
    end = None if until is None else NOW + until * DAY
    line = drift_line(Drift(uuid7(), "Soup", "maya", rights_over, NOW - 5 * DAY, end, again), TIMES)
    assert line.limit == limit
    assert (line.when, line.below) == ("for 5 d", "since Mon 16 Nov")


def test_a_duplicate_says_what_is_the_same():
    post = uuid7()
    title = duplicate_line(Duplicate(Same.TITLE, "Soup", ("maya",), (post, uuid7(), uuid7())), TIMES)
    assert (title.when, title.title, title.who, title.post_id) == ("3 times", "Soup", "@maya", post)
    flight = Duplicate(Same.FLIGHT, "Soup", ("maya",), (post,), "Q4", date(2026, 11, 1), None)
    assert duplicate_line(flight, TIMES).who == "@maya · Q4 · from 1 Nov without end"
    former = duplicate_line(Duplicate(Same.FORMER_HANDLE, "noah", ("noah.pours", "noah")), TIMES)
    assert former.limit == "@noah.pours was called @noah once"
    assert (former.title, former.board) == ("@noah", "creator=noah")
    assert pasted_line(PastedTwice(4, "Row 2 has it, too.")).when == "row 4"


# --- As text ---------------------------------------------------------------------------------------------------------
def test_the_text_reads_well_in_a_chat(world):
    creator = world.creator("maya.glow", details={"email": "maya@creators.example"})
    post = world.post(creator, title="Morning routine")
    world.code(post, NOW - 25 * DAY, 30)
    world.right(world.day(-30), post=post)
    world.flight(post, world.day(-9), world.day(19), campaign=world.campaign("Q4 Glow"))
    assert text(world) == (
        "Northbeam: findings, Sat 21 Nov, 14:05 UTC\n"
        "\n"
        "1 flight stops in the next 14 days, about $1,500 at risk.\n"
        "Nobody verified the end of 1 code.\n"
        "\n"
        "STOP IN THE NEXT 14 DAYS (1): ≈ $1,500 at risk\n"
        "- Morning routine (@maya.glow · Q4 Glow)\n"
        "  Code ends, in 5 d (Thu 26 Nov, 14:05 UTC). ≈ $1,500 (15 d × $100)\n"
        "  Next: Ask @maya.glow for 30 days.\n"
        "\n"
        "ENDS NOBODY VERIFIED (1)\n"
        "- Morning routine (@maya.glow)\n"
        "  End computed from the window, in 5 d (Thu 26 Nov, 14:05 UTC)\n"
        "  Next: Read it in Ads Manager and note it.\n"
    )


def test_the_text_names_the_import_and_holds_no_code_and_no_contact(world):
    creator = world.creator(details={"email": "maya@creators.example", "agent_name": "Fern Talent"})
    post = world.post(creator, details={"notes": "internal"})
    code = spark_code()
    world.code(post, NOW - 25 * DAY, 30, code=code)
    world.right(world.day(-30), world.day(3), post=post, fee=Decimal(4800))
    world.flight(post, world.day(-9), world.day(19))
    ready_post(world)
    shown = text(world, source="tracker.xlsx")
    assert shown.startswith("Northbeam: findings of tracker.xlsx, ")
    for secret in (code[1:20], code[-8:], "maya@", "Fern", "internal", "4,800"):
        assert secret not in shown


def test_what_is_left_off_is_counted(world, monkeypatch):
    monkeypatch.setattr("campaigns.queries.findings.LINES", 1)
    for _ in range(3):
        stops(world)
    assert "- and 2 more\n" in text(world)
    assert next(part.more for part in said(world).parts if part.name == "stops") == "2"
