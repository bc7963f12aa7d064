"""The board in the browser: it changes in place when somebody else changes something, and filters without loading."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from brands.enums import Role
from brands.models import Brand
from campaigns.demo import SLUG
from campaigns.models import Flight
from campaigns.operations.flights import pause_flights, resume_flights
from sparktrack.core.actors import system_actor
from sparktrack.core.clock import utc_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BOARD = f"/b/{SLUG}/"
LOOK_EVERY = 20_000  # milliseconds, as in static/js/board.js


@pytest.fixture
def board(page, enter_demo):
    """The board of a buyer, whose clock the test moves."""
    enter_demo(Role.BUYER)
    page.clock.install()
    page.goto(BOARD)
    return page


@pytest.fixture
def elsewhere(board):
    """Somebody else pauses flights of a campaign, or resumes them."""
    brand = Brand.objects.get(slug=SLUG)

    def change(operation, **of):
        flights = list(Flight.objects.for_brand(brand).filter(**of))
        operation(brand=brand, flights=flights, now=utc_now(), actor=system_actor("tests"))

    return change


def chip(page, name):
    return page.get_by_role("navigation", name="Sections").get_by_role("link", name=re.compile(f"^{name}"))


def number(page, name):
    """How many lines a section has."""
    return int(chip(page, name).locator("b").text_content())


def is_look(request):
    """Whether the lines are asked for by the page itself (the marks of alerts are asked for after them)."""
    return "seen-version" in request.headers and "/alerts/" not in request.url


def next_look(page):
    """Lets the time of the page run until it has looked once more; the status of the answer."""
    with page.expect_response(lambda response: is_look(response.request)) as answered:
        page.clock.run_for(LOOK_EVERY)
    return answered.value.status


KETTLE = {"post__title": "Three pours, one kettle"}


def test_a_change_elsewhere_is_shown_in_place_and_said(board, elsewhere):
    board.evaluate("window.loadedOnce = true")
    link = board.get_by_role("link", name="Scarf before the first frost")
    link.focus()
    link.scroll_into_view_if_needed()
    top = board.evaluate("scrollY")
    assert top > 0
    before, paused = number(board, "Without rights"), number(board, "Paused")

    elsewhere(pause_flights, **KETTLE)
    with board.expect_request("**/alerts/of-board/**") as marks:
        assert next_look(board) == 200
    assert "seen-version" in marks.value.headers  # nobody need be there: it keeps no login alive
    expect(board.get_by_role("status").filter(has_text="Updated")).to_have_text(
        f"Updated: Without rights {before - 1} (was {before}), Paused {paused + 1} (was {paused})"
    )
    assert number(board, "Paused") == paused + 1
    expect(board.locator(".sums .stop").first).to_contain_text(f"{before - 1}")
    # Nothing was loaded again: the person is where they were.
    assert board.evaluate("window.loadedOnce")
    expect(link).to_be_focused()
    assert abs(board.evaluate("scrollY") - top) < 5
    # What changed back is said, too; then the words go. A new period begins first: on a busy machine the page would
    # look by itself before the test lets it look, and the words would be gone already.
    next_look(board)
    elsewhere(resume_flights, **KETTLE)
    next_look(board)
    expect(board.locator("#news")).to_have_text(
        f"Updated: Without rights {before} (was {before - 1}), Paused {paused} (was {paused + 1})"
    )
    board.clock.run_for(13_000)
    expect(board.locator("#news")).to_be_empty()


def test_nothing_moves_under_somebody_who_types_or_reads_a_menu(board, elsewhere):
    asked = []
    board.on("request", lambda request: asked.extend([request.url] if is_look(request) else []))
    paused = number(board, "Paused")
    search = board.get_by_role("searchbox")
    search.fill("half a wo")
    elsewhere(pause_flights, **KETTLE)
    board.clock.run_for(3 * LOOK_EVERY)
    search.blur()
    menu = board.locator("summary", has_text="You:")
    menu.click()
    board.clock.run_for(3 * LOOK_EVERY)
    menu.click()
    board.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    board.clock.run_for(3 * LOOK_EVERY)
    assert asked == []
    # Back again: it looks at once, and what was typed is still there.
    with board.expect_response(lambda response: is_look(response.request)):
        board.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    expect(chip(board, "Paused")).to_contain_text(f"{paused + 1}")
    expect(search).to_have_value("half a wo")


@pytest.mark.console_errors
def test_a_board_that_can_no_longer_ask_says_so(board, context):
    context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    board.clock.run_for(LOOK_EVERY)
    expect(board.locator("#news")).to_have_text("This board may no longer be true: load the page again.")
    expect(chip(board, "Blocked")).to_be_visible()


def test_filters_sort_and_pages_change_the_lines_without_loading_the_page(board):
    board.evaluate("window.loadedOnce = true")
    titles = board.locator("main li .who a")
    everything = titles.count()
    board.get_by_role("searchbox").fill("q4 glow")
    board.keyboard.press("Enter")
    expect(board).to_have_url(re.compile(r"[?&]q=q4(\+|%20)glow"))
    found = titles.all_text_contents()
    assert 3 < len(found) < everything
    # The field that was typed in keeps the focus, and what was found is read out.
    expect(board.get_by_role("searchbox")).to_be_focused()
    expect(board.locator("#news")).to_have_text(re.compile("^Shown: .*Stops 3.*"))
    board.get_by_label("Sort").select_option("Flight ends first")
    expect(board).to_have_url(re.compile("sort=end"))
    stops = board.locator("#stops .who a")
    expect(stops.first).to_have_text("Mask on, mask off")
    chip(board, "Stops").click()
    expect(board).to_have_url(re.compile("q=q4.*section=stops|section=stops.*q=q4"))
    expect(titles).to_have_count(3)
    assert board.evaluate("window.loadedOnce")
    # The address says it all: loaded again, or by the way back, the same is there.
    board.reload()
    expect(titles).to_have_count(3)
    expect(board.get_by_label("Sort")).to_have_value("end")
    board.go_back()
    expect(titles).to_have_count(len(found))
    expect(board.get_by_role("heading", level=1)).to_have_count(1)


def test_more_filters_keep_what_was_typed_and_a_refusal_keeps_the_rest(board):
    board.get_by_role("searchbox").fill("ramen")
    board.get_by_role("button", name="More filters").click()
    expect(board.get_by_role("searchbox")).to_have_value("ramen")
    expect(board.get_by_role("button", name="Fewer filters")).to_be_focused()
    board.get_by_label("Limited by").select_option("Replacement not applied")
    board.get_by_role("button", name="Apply").click()
    expect(board.get_by_role("heading", name="Nothing matches")).to_be_visible()
    board.get_by_role("searchbox").fill("")
    board.get_by_role("button", name="Apply").click()
    expect(board.locator("main li .who a")).to_have_text(["Mask on, mask off"])


@pytest.mark.console_errors
def test_a_refused_filter_is_read_first_without_loading(board):
    board.get_by_role("button", name="More filters").click()
    creator = board.locator("[name=creator]")
    creator.fill("two words")
    board.get_by_role("button", name="Apply").click()
    expect(board.get_by_role("alert")).to_be_focused()
    expect(creator).to_have_value("two words")
