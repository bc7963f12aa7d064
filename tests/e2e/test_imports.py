"""A sheet comes in through the pages, in a real browser and with a real worker; the board says what it means."""

import csv
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from playwright.sync_api import expect

from authorizations.models import AuthorizationCode
from authorizations.rules import Code, PostInputs, Right, coverage
from brands.enums import Role
from brands.operations.edits import Edit
from campaigns.enums import ImportState
from campaigns.models import Flight, ImportRun
from campaigns.phrases import HEADINGS
from campaigns.progress import Pulse
from campaigns.rules import board_section, flight_status
from posts.models import Post
from posts.operations.posts import edit_posts
from sparktrack.core.clock import utc_now
from sparktrack.core.days import first_instant
from tests.campaigns.importdesk import Pages, tsv, work
from tests.campaigns.importers.sheets import post_url, row
from tests.e2e.looks import problems
from tests.worker import working
from tests.world import NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db(transaction=True)

TRACKERS = Path(__file__).parents[1] / "data" / "trackers"
ZONE = "America/New_York"
DAY = timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def _worker(django_db_setup):
    """One worker for all tests here: to start and to stop one takes longer than an import."""
    with working():
        yield


@pytest.fixture
def world():
    """A brand on the day of the trackers."""
    with time_machine.travel(NOW, tick=True):
        yield World(now=utc_now(), time_zone=ZONE)


@pytest.fixture
def manager(world, enter):
    """Somebody who may import, logged in in the browser."""
    person = world.member(Role.MANAGER, full_name="Tomas Vidal")
    enter(person)
    return person


def good(number=1, **cells):
    """A row that can be imported."""
    stated = {"auth_date": "2026-10-20", "days": "60", "spark_code": spark_code(number)}
    stated |= {"creator_handle": "maya", "post_link": post_url(number=number)}
    return row(**{**stated, **cells})


# --- The four sheets ------------------------------------------------------------------------------------------------
def sections(brand, expected):
    """Where the board must show the flights, worked out from the expected file by the plain rules."""
    found = Counter()
    stored = {
        post_id: [str(start), str(end)]
        for post_id, start, end in Flight.objects.for_brand(brand).values_list(
            "post__tiktok_post_id", "starts_on", "ends_on"
        )
    }
    for post_id, (start, end) in expected.get("flights", stored).items():
        window = expected["windows"][post_id]
        begins = midnight(window["starts_on"])
        codes = [Code(begins, begins + window["window_days"] * DAY)]
        right_start, right_end, paid = expected["rights"][post_id]
        rights = [Right(midnight(right_start), midnight(right_end, after=1), paid)]
        instants = {"starts_at": midnight(start), "ends_at": midnight(end, after=1)}
        inputs = PostInputs(needs_code=True, needs_rights=True, codes=codes, rights=rights)
        judged = coverage(inputs, now=NOW, **instants) if instants["starts_at"] else None
        never = {"launched_at": None, "paused_at": None, "ended_at": None}
        status = flight_status(now=NOW, **instants, **never)
        if section := board_section(status, judged, evergreen=end == "None", now=NOW):
            found[HEADINGS[section].chip] += 1
    idle = len(expected["post_ids"]) - sum(found.values())
    return found | Counter({"Inventory": idle} if idle else {})


def midnight(day, after=0):
    return None if day == "None" else first_instant(date.fromisoformat(day) + after * DAY, ZONE)


# test_trackers.py imports all four on every database; what the browser makes of them needs one there.
@pytest.mark.parametrize(
    "name",
    [
        "agency-workbook.xlsx",
        pytest.param("messy-eu.csv", marks=pytest.mark.once),
        pytest.param("messy-us.csv", marks=pytest.mark.once),
        pytest.param("tidy-tracker.csv", marks=pytest.mark.once),
    ],
)
def test_a_sheet_comes_in_and_the_board_says_what_it_means(name, world, manager, page):
    expected = json.loads((TRACKERS / f"{name}.expected.json").read_text())
    page.goto(f"/b/{world.brand.slug}/")
    page.get_by_role("link", name="Import your sheet").click()
    page.get_by_label("Your sheet").set_input_files(TRACKERS / name)
    page.get_by_role("button", name="Look at the sheet").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("understood")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{expected['posts']} rows to import")
    if expected["errors"]:
        page.get_by_role("link", name=re.compile(r"^Errors?\b")).click()
    for error in expected["errors"]:
        expect(page.locator(".row", has_text=re.compile(rf"Row {error['row']}\b"))).to_contain_text("Error")
    if expected["errors"]:
        page.get_by_label(f"Leave {len(expected['errors'])} rows with errors out").check()
    page.get_by_role("button", name=f"Import {expected['posts']} rows").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(f"{expected['creators']} creators, {expected['posts']} posts")
    expect(heading).to_contain_text("created.")
    page.get_by_role("link", name="Board").click()
    chips = page.get_by_role("navigation", name="Sections").get_by_role("link").all_inner_texts()
    shown = dict(re.fullmatch(r"(.+?)\s+([\d,]+)", chip).groups() for chip in chips if chip != "All")
    assert {chip: int(number) for chip, number in shown.items() if number != "0"} == sections(
        world.brand, expected
    )


# --- Every step, for everybody ----------------------------------------------------------------------------------------
@pytest.mark.once
def test_every_step_has_no_barrier_and_fits_a_phone(world, page, enter, monkeypatch):
    monkeypatch.setattr("campaigns.views.imports.steps.wake", lambda run: None)  # the test is the worker
    desk = Pages(world, Role.ADMIN, full_name="Ingrid Solberg")
    enter(desk.person)
    flight = {"campaign": "Glow", "flight_start": "2026-11-01", "flight_end": "2026-12-01", "owner": "Jo"}
    applied = desk.applied(tsv(good(1), good(2), good(3, days="soon")), skip_errors="on")
    asked = desk.brought(tsv(good(4, auth_date="03/04/2026", days="365")))
    shorter = good(1, days="", expires="2026-11-30")
    mixed = desk.previewed(tsv(shorter, good(2, title="New"), good(5, days="soon"), good(6, **flight)))
    reading = desk.brought(tsv(good(8)))
    desk.confirmed(reading)
    found = []
    for run in (asked, mixed, reading, applied):
        page.goto(desk.url("import", run))
        found += problems(page)
    page.goto(desk.url("import-undo", applied))
    found += problems(page)
    page.goto(desk.url("imports"))
    found += problems(page)
    assert found == []


@pytest.mark.once
@pytest.mark.console_errors
def test_what_was_refused_has_no_barrier_either(world, manager, page):
    desk = Pages(world)
    applied = desk.applied(tsv(good(1)))
    edit_posts(edits=[Edit(Post.objects.get(), {"title": "Mended"})], **world.by)
    page.goto(desk.url("import-undo", applied))
    page.get_by_role("button", name="Undo the import").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing was undone")
    found = problems(page)
    page.goto(desk.url("imports"))
    page.get_by_role("button", name="Look at the sheet").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert found + problems(page) == []


# --- By keys alone -----------------------------------------------------------------------------------------------
def tab_to(page, locator):
    """Press Tab until ``locator`` has the focus, as somebody without a mouse does."""
    for _ in range(80):
        if locator.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{locator} is not reached by the Tab key")


def press(page, name, role="button"):
    """Tab to a button or link and press Enter."""
    target = page.get_by_role(role, name=name, exact=True)
    tab_to(page, target)
    page.keyboard.press("Enter")


@pytest.mark.once
def test_conflict_import_and_undo_by_keys_alone(world, manager, page):
    desk = Pages(world)
    desk.applied(tsv(good(1), good(2)))
    ends = dict(AuthorizationCode.objects.values_list("ending", "expires_at"))
    page.goto(f"/b/{world.brand.slug}/imports/")
    shorter = {"days": "", "expires": "2026-11-30"}
    tab_to(page, page.get_by_label("Or paste the cells"))
    page.evaluate(
        "text => document.execCommand('insertText', false, text)", tsv(good(1, **shorter), good(2, **shorter))
    )
    press(page, "Look at the sheet")
    expect(page.get_by_role("heading", level=1)).to_contain_text("17 of 17 columns understood")
    tab_to(page, page.get_by_label("Meaning of Notes"))
    page.keyboard.press("o")  # Offer
    press(page, "Show what would happen")
    expect(page.get_by_text("2 conflicts: whose word counts?")).to_be_visible()
    tab_to(page, page.locator("[name=row-2]:checked"))
    expect(page.locator(":focus")).to_have_value("keep")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_value("keep")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=row-3]:checked")).to_have_value("take")
    press(page, "Import 2 rows")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 code changed.")
    kept, taken = spark_code(1)[-4:], spark_code(2)[-4:]
    after = dict(AuthorizationCode.objects.values_list("ending", "expires_at"))
    assert after[kept] == ends[kept]
    assert after[taken].date() == date(2026, 11, 30)
    press(page, "Undo this import …", "link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Undo this import?")
    press(page, "Undo the import")
    expect(page.get_by_role("heading", level=1)).to_contain_text("everything is as it was before")
    assert dict(AuthorizationCode.objects.values_list("ending", "expires_at")) == ends


# --- Several people, large sheets, no scripts ------------------------------------------------------------------------
def test_two_people_at_once_both_get_what_they_brought(world, new_context, base_url):
    desks = [Pages(world, role) for role in (Role.MANAGER, Role.ADMIN)]
    pages = []
    for number, desk in enumerate(desks):
        context = new_context()
        session = client_of(desk.person).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])
        # One post of each is the other's, too.
        sheet = tsv(good(1), *(good(100 * number + more) for more in range(2, 60)))
        run = desk.previewed(sheet)
        pages.append(context.new_page())
        pages[-1].goto(desk.url("import", run))
    for page in pages:
        page.get_by_role("button", name=re.compile("^Import 59 rows")).click(no_wait_after=True)
    for page in pages:
        done = page.get_by_role("heading", level=1)
        expect(done).to_contain_text(re.compile("created|to import"), timeout=30_000)
    for page in pages:
        # Whoever was second is shown that something changed since they looked.
        if "to import" in page.get_by_role("heading", level=1).inner_text():
            expect(page.get_by_text("Something changed since you looked")).to_be_visible()
            page.get_by_role("button", name=re.compile("^Import")).click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("created", timeout=30_000)
    assert Post.objects.for_brand(world.brand).count() == 117
    assert ImportRun.objects.filter(state=ImportState.APPLIED).count() == 2


def test_work_under_way_is_told_as_it_goes_and_can_be_left(world, manager, page, monkeypatch):
    monkeypatch.setattr("campaigns.views.imports.steps.wake", lambda run: None)  # the test is the worker
    run = Pages(world).brought(tsv(*(good(number) for number in range(1, 301))))
    page.goto(f"/b/{world.brand.slug}/imports/{run.pk}/")
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("Waiting to begin.")).to_be_visible()
    run.refresh_from_db()
    pulse = Pulse(run, utc_now)
    pulse("planning", 120, 300)
    expect(page.get_by_role("status").last).to_contain_text(
        "Comparing the rows with what is on file … 120 of 300"
    )
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "120")
    work(run)
    expect(page.get_by_role("heading", level=1)).to_have_text("300 rows to import")
    page.get_by_role("button", name="Import 300 rows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Importing pasted.tsv")
    page.goto(f"/b/{world.brand.slug}/imports/")  # left, and come back to
    work(run)
    page.get_by_role("link", name="pasted.tsv").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("300 posts and 300 codes created.")


def test_twenty_thousand_rows_come_in_with_progress_that_can_be_left(world, manager, page, tmp_path):
    sheet = tmp_path / "large.csv"
    with sheet.open("w", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Creator handle", "Post link"])
        lines.writerows([f"c{n % 50}", post_url(f"c{n % 50}", number=n)] for n in range(20_000))
    page.goto(f"/b/{world.brand.slug}/imports/")
    page.get_by_label("Your sheet").set_input_files(sheet)
    page.get_by_role("button", name="Look at the sheet").click()
    page.get_by_role("button", name="Show what would happen").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("20,000 rows to import", timeout=120_000)
    page.get_by_role("button", name="Import 20,000 rows").click()
    expect(page.get_by_role("status").filter(has_text=" of 20,000")).to_be_visible(timeout=120_000)
    page.get_by_role("link", name="Board").click()
    page.go_back()
    expect(heading).to_contain_text("50 creators and 20,000 posts created.", timeout=180_000)
    assert Post.objects.for_brand(world.brand).count() == 20_000


@pytest.mark.once
@pytest.mark.browser_context_args(java_script_enabled=False)
@pytest.mark.console_errors
def test_it_works_without_scripts(world, manager, page, tmp_path):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(52 * 1024 * 1024)
    page.goto(f"/b/{world.brand.slug}/imports/")
    page.get_by_label("Your sheet").set_input_files(large)
    page.get_by_role("button", name="Look at the sheet").click()
    expect(page.locator(".field .error")).to_contain_text("The file is larger than 50 MB.", timeout=30_000)
    page.get_by_label("Or paste the cells").fill(tsv(good(1)))
    page.get_by_role("button", name="Look at the sheet").click()
    page.get_by_role("button", name="Show what would happen").click()
    page.get_by_role("button", name="Import 1 row").click(timeout=20_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 post", timeout=20_000)


@pytest.mark.once
def test_a_file_that_is_too_large_is_told_before_it_is_sent(world, manager, page, tmp_path):
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(100 * 1024 * 1024)
    page.goto(f"/b/{world.brand.slug}/imports/")
    page.get_by_label("Your sheet").set_input_files(large)
    expect(page.get_by_role("alert")).to_contain_text("The file is larger than 50 MB.")
    page.get_by_role("button", name="Look at the sheet").click()
    expect(page).to_have_url(re.compile("/imports/$"))
    page.get_by_label("Your sheet").set_input_files([])
    expect(page.get_by_text("The file is larger than 50 MB.")).not_to_be_visible()
