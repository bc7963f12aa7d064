"""Times are <time> elements with UTC on hover; nothing a person typed gets into the markup."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

NOW = datetime(2026, 11, 21, 19, 5, tzinfo=UTC)


def render(source, **context):
    template = Template("{% load wording %}" + source)
    return template.render(Context({"now": NOW, "zone": "America/New_York", **context}))


def test_an_instant_shows_the_readers_clock_and_utc_on_hover():
    html = render("{% instant at zone %}", at=datetime(2026, 11, 23, 23, 12, tzinfo=UTC))
    assert html == (
        '<time datetime="2026-11-23T23:12:00Z" title="Mon 23 Nov 2026, 23:12 UTC">Mon 23 Nov, 18:12 EST</time>'
    )


def test_a_last_day_is_the_day_before_the_end():
    html = render('{% last_day end "America/New_York" %}', end=datetime(2026, 11, 26, 5, tzinfo=UTC))
    assert html == '<time datetime="2026-11-25">Wed 25 Nov</time>'


def test_a_typed_date_is_shown_as_typed():
    assert (
        render("{% day on %}", on=date(2027, 1, 12)) == '<time datetime="2027-01-12">Tue 12 Jan 2027</time>'
    )


def test_a_window_from_dates_shows_dates_and_one_from_instants_shows_clocks():
    source = '{% begins start "America/New_York" %} – {% lasts_until end "America/New_York" %}'
    from_dates = render(
        source, start=datetime(2026, 11, 1, 4, tzinfo=UTC), end=datetime(2026, 12, 1, 5, tzinfo=UTC)
    )
    assert from_dates == (
        '<time datetime="2026-11-01">Sun 1 Nov</time> – <time datetime="2026-11-30">Mon 30 Nov</time>'
    )
    from_instants = render(
        source, start=datetime(2026, 11, 1, 5, tzinfo=UTC), end=datetime(2026, 12, 1, 6, tzinfo=UTC)
    )
    assert "01:00 EDT" in from_instants
    assert "01:00 EST" in from_instants
    assert from_instants.endswith('(last full day <time datetime="2026-11-30">Mon 30 Nov</time>)')


def test_relative_times_are_seen_from_now():
    assert render("{% until at %}", at=datetime(2026, 11, 23, 23, 12, tzinfo=UTC)) == "in 2 d 4 h"
    assert render("{% since at %}", at=datetime(2026, 11, 21, 16, 5, tzinfo=UTC)) == "for 3 h"
    assert render("{% until at %}{% since at %}", at=NOW) == "nownow"


def test_money_and_counts():
    assert render('{% money amount "USD" %}', amount=Decimal("75.50")) == "$75.50"
    assert render('{% about amount "USD" %}', amount=Decimal("4399.99")) == "≈ $4,400"
    assert render('{{ 21|counted:"day" }}') == "21 days"


def test_a_page_that_forgot_to_pass_now_fails_loudly():
    with pytest.raises(TypeError, match="now"):
        Template("{% load wording %}{% until now %}").render(Context({"now": None}))
