"""A line of the board: words, strip and money for flights made as users make them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template

from campaigns.enums import FlightStatus
from campaigns.queries.lines import flight_lines, stored_gaps
from campaigns.queries.post import post_page
from posts.enums import Method
from posts.models import MetricsSnapshot
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def render(source, **context):
    template = Template("{% load flights %}" + source)
    return template.render(Context({"now": NOW, "zone": "UTC", **context}))


@pytest.fixture
def world():
    return World()


def line_of(world, flight):
    gaps = stored_gaps(world.brand, [flight.post_id], after=NOW)
    return flight_lines(world.brand, [flight], gaps, now=NOW)[0]


def flying(world, *, code_days=12, daily_spend=Decimal(200), **fields):
    """A flight from ten days ago for twenty days whose code lasts ``code_days`` from its start."""
    post = world.post(world.creator("maya.glow"), **fields)
    world.code(post, NOW - 10 * DAY, days=code_days)
    world.right(TODAY - 10 * DAY, post=post)
    return world.flight(post, TODAY - 10 * DAY, TODAY + 9 * DAY, daily_spend=daily_spend)


def test_a_strip_draws_past_run_and_gap_with_a_sentence(world):
    html = render("{% strip line %}", line=line_of(world, flying(world)))
    assert html == (
        '<svg class="strip" role="img" aria-label="Flight from 11 Nov to 30 Nov: runs until '
        'Mon 23 Nov, 14:05 UTC, then 8 days not covered."><g>'
        '<rect class="p" x="0%" width="52.9%"/><rect class="r" x="52.9%" width="10%"/>'
        '<rect class="g" x="62.9%" width="37.1%"/></g><rect class="n" x="52.9%"/></svg>'
        "<p><span>11 Nov</span> <span>30 Nov</span></p>"
    )


def test_a_flight_without_dates_is_drawn_grey(world):
    flight = world.flight(world.post(), None)
    html = render("{% strip line %}", line=line_of(world, flight))
    assert 'aria-label="No dates yet."' in html
    assert 'class="i"' in html


def test_words_of_a_line_know_its_creator_and_its_method(world):
    line = line_of(world, flying(world))
    assert render("{% line_words line as words %}{{ words.step }}", line=line) == "Ask @maya.glow for 30 days"
    line.flight.post.method = Method.LINKED_ACCOUNT
    assert "Account link" in render("{% line_words line as words %}{{ words.limit }}", line=line)


def test_money_is_days_times_spend(world):
    line = line_of(world, flying(world))
    assert render("{% line_money line %}", line=line) == "<b>≈ $1,600</b> <span>8 d × $200</span>"


def test_without_spend_the_days_stand_for_the_money(world):
    line = line_of(world, flying(world, daily_spend=None))
    assert render("{% line_money line %}", line=line) == "<b>8 days</b> <span>no spend given</span>"


def test_a_covered_line_shows_its_daily_spend(world):
    line = line_of(world, flying(world, code_days=60))
    assert render("{% line_money line %}", line=line) == "<span>$200 a day</span>"
    free = line_of(world, flying(World(), code_days=60, daily_spend=None))
    assert render("{% line_money line %}", line=free) == ""


def test_what_lies_ahead_of_a_paused_flight_is_not_green(world):
    flight = flying(world, code_days=60)
    flight.paused_at = NOW - DAY
    line = line_of(world, flight)
    assert line.status is FlightStatus.PAUSED
    assert 'class="r"' not in render("{% strip line %}", line=line)


def test_the_post_page_answers_for_a_flight_or_for_the_inventory(world):
    source = "{% answer_words page.answer as words %}{{ words.answer }}"
    flight = flying(world)
    page = post_page(world.brand, flight.post_id, now=NOW)
    assert render(source, page=page) == "Stops Mon 23 Nov, 14:05 UTC – 7 days before the flight ends"
    idle = post_page(world.brand, world.post().pk, now=NOW)
    assert render(source, page=idle) == "Not ready: no code, no rights"


def test_a_timeline_has_a_lane_for_everything_that_decides(world):
    flight = flying(world)
    world.right(date(2026, 1, 1), date(2026, 3, 31), post=flight.post, contract_reference="C-7" * 20)
    world.right(date(2026, 1, 1), date(2026, 3, 31), post=flight.post, paid_amplification=False)
    page = post_page(world.brand, flight.post_id, now=NOW)
    sentence = render("{% timeline_of page as picture %}{{ picture|in_words }}", page=page)
    ending = page.code_lines[0].code.ending
    assert sentence == (
        f"Code ending {ending} · 11 Nov – 23 Nov. Rights C-7C-7C-7C-7C-7C-7C-7C-… · 1 Jan – 31 Mar. "
        "Rights (not paid) · 1 Jan – 31 Mar. Rights · 11 Nov – open. When the post may run, not from 23 Nov. "
        f"Flight {flight.campaign.name} · 11 Nov – 30 Nov, not 23 Nov – 30 Nov."
    )


def test_numbers_name_only_what_was_given():
    metrics = MetricsSnapshot(at=NOW - timedelta(days=1), views=184200, comments=0)
    assert render("{{ m|numbers }}", m=metrics) == "184,200 views, 0 comments"


def test_a_bounded_count_says_so():
    assert render("{{ 1000|bounded:True }} {{ 41|bounded:False }}") == "1,000+ 41"
