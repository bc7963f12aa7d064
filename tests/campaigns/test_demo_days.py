"""The demo brand never goes stale, what a visitor did there stays, and no other brand moves."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import revoke_codes
from authorizations.operations.gaps import differences
from authorizations.rules import Code, code_status
from brands.models import AuditEntry, Brand, Invitation, User
from campaigns.demo import SLUG, demo_brand, load_demo, new_logins
from campaigns.demo_days import _moving, refresh_demo
from campaigns.enums import ImportState
from campaigns.importers.looking import receive_sheet
from campaigns.models import Flight, ImportedRow, ImportRun
from campaigns.operations.flights import Move, end_flights, move_flights
from campaigns.operations.imports import ask_apply, ask_preview
from campaigns.operations.undo import undo_import
from campaigns.queries.lines import flight_lines, inventory_lines, stored_gaps
from campaigns.sections import Choice, first_places
from campaigns.tasks import apply_import, move_demo, preview_import
from campaigns.templatetags.flights import inventory_words, line_words
from campaigns.wishes import Wishes
from posts.models import MetricsSnapshot, Post
from sparktrack.core.actors import Actor, ActorKind
from tests.access.everything import Everything
from tests.world import World

pytestmark = pytest.mark.django_db

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LOADED = datetime(2026, 11, 21, 14, 5, tzinfo=UTC)


def load(now=LOADED):
    return load_demo(logins=new_logins(), now=now)


def lines(now):
    """The flights of the demo as the board judges them at ``now``, by post and campaign."""
    brand = Brand.objects.get(slug=SLUG)
    flights = Flight.objects.for_brand(brand).select_related("post__creator", "campaign", "ad_account")
    gaps = stored_gaps(brand, [flight.post_id for flight in flights], after=None)
    return {
        (line.flight.post.title, str(line.flight.campaign)): line
        for line in flight_lines(brand, flights, gaps, now=now)
    }


def told(now):
    """What is said of the demo at ``now``: where flights stand, verdicts, words, states of codes."""
    brand = Brand.objects.get(slug=SLUG)
    context = {"now": now, "zone": brand.time_zone}
    said = dict(sections(now))
    for key, line in lines(now).items():
        words = line_words(context, line)
        verdict = line.coverage.verdict if line.coverage else None
        said[key] = (line.status, verdict, words.tone, words.limit, dateless(words.step))
    posts = Post.objects.for_brand(brand).filter(flights=None).select_related("creator")
    for line in inventory_lines(
        brand, posts, stored_gaps(brand, [post.pk for post in posts], after=None), now=now
    ):
        words = inventory_words(context, line)
        said[line.post.title] = (words.tone, words.limit, dateless(words.step))
    for code in AuthorizationCode.objects.for_brand(brand):
        window = Code(code.starts_at, code.expires_at, code.revoked_at, rejected=code.rejected_at is not None)
        said[code.ending] = code_status(window, now=now, expiring_days=brand.expiring_days)
    return said


def dateless(words):
    """Words without the day they name."""
    return re.sub(r"[A-Z][a-z]{2} \d+ [A-Z][a-z]{2}( \d{4})?", "that day", words)


def sections(now):
    """Where the flights stand on the board."""
    brand = Brand.objects.get(slug=SLUG)
    return {
        place.flight_id: place.section for place in first_places(Choice(brand), now=now, lines=100).places
    }


def relative(now):
    """The relative times that stand large on the board."""
    context = {"now": now, "zone": Brand.objects.get(slug=SLUG).time_zone}
    words = {key: line_words(context, line).when for key, line in lines(now).items()}
    return {key: when for key, when in words.items() if not when.startswith(("to ", "until "))}  # name a day


def everything_of(brand):
    return {
        model._meta.label: sorted(
            # PostgreSQL gives bytes in a fresh view each time.
            str([bytes(value) if isinstance(value, memoryview) else value for value in row])
            for row in model._default_manager.filter(brand=brand).values_list()
        )
        for model in _moving()
    }


def stale(brand):
    return differences(brand, Post.objects.for_brand(brand).values_list("pk", flat=True))


# --- Never stale ------------------------------------------------------------------------------------------------------
def test_after_45_days_it_says_what_it_said_on_its_first_day():
    brand, now = load(), LOADED + 45 * DAY
    before, large = told(LOADED), relative(LOADED)
    assert told(now) != before
    assert refresh_demo(now=now) == 45
    assert told(now) == before
    assert relative(now) == large
    assert stale(brand) == []
    assert not AuditEntry.objects.for_brand(brand).filter(at__gt=now).exists()


def test_sections_verdicts_and_states_hold_over_changes_of_the_clock():
    # From the last minute of a day in New York: summer time comes and goes, a year ends, a leap day passes.
    loaded = datetime(2027, 2, 27, 4, 59, tzinfo=UTC)
    brand = load(loaded)
    before = told(loaded)
    for days, hours in ((30, 7), (255, 23), (340, 0), (368, 12)):
        now = loaded + days * DAY + hours * HOUR
        refresh_demo(now=now)
        assert told(now) == before
    assert stale(brand) == []


def test_for_a_day_everything_stands_where_it_was_told():
    load()
    before = sections(LOADED)
    now = LOADED + DAY - timedelta(minutes=1)
    assert refresh_demo(now=now) == 0
    assert sections(now) == before


def test_day_by_day_is_the_same_as_all_at_once_and_twice_is_once():
    brand = load()
    for days in range(1, 4):
        assert refresh_demo(now=LOADED + days * DAY + 5 * HOUR) == 1
    stepwise = everything_of(brand)
    assert refresh_demo(now=LOADED + 3 * DAY + 5 * HOUR) == 0
    assert everything_of(brand) == stepwise


def test_dates_instants_and_what_the_audit_remembers_move_together():
    brand = load()
    flight = Flight.objects.for_brand(brand).filter(ends_on__isnull=False, ad_account__currency="GBP").first()
    entry = AuditEntry.objects.for_brand(brand).get(action="flight.planned", object_id=flight.pk)
    born, first, last = flight.created_at, flight.starts_on, flight.ends_on
    refresh_demo(now=LOADED + 10 * DAY)
    flight.refresh_from_db()
    entry.refresh_from_db()
    assert (flight.starts_on, flight.ends_on) == (first + 10 * DAY, last + 10 * DAY)
    assert flight.created_at == born + 10 * DAY == entry.at
    assert (entry.after["starts_on"], entry.after["ends_on"]) == (
        str(first + 10 * DAY),
        str(last + 10 * DAY),
    )
    # In London, where its account is.
    assert flight.starts_at == datetime.combine(flight.starts_on, time.min, ZoneInfo("Europe/London"))


def test_numbers_of_one_post_on_several_days_do_not_meet_on_their_way():
    brand = load()
    post = Post.objects.for_brand(brand).first()
    days = [
        MetricsSnapshot(brand=brand, post=post, at=LOADED - days * DAY, source="sheet", views=days)
        for days in range(1, 6)
    ]
    MetricsSnapshot.objects.bulk_create(days)
    refresh_demo(now=LOADED + DAY)
    kept = MetricsSnapshot.objects.filter(post=post, source="sheet").order_by("at").values_list("at", "views")
    assert list(kept) == [(LOADED + DAY - days * DAY, days) for days in range(5, 0, -1)]


# --- What a visitor did -----------------------------------------------------------------------------------------------
def visitor(brand, at):
    return {"brand": brand, "now": at, "actor": Actor(ActorKind.USER, "", "visitor", request_id="r")}


def test_what_a_visitor_did_an_hour_ago_does_not_move_into_tomorrow():
    brand, at = load(), LOADED + 23 * HOUR
    code = AuthorizationCode.objects.get(post__title="Morning routine, barrier serum")
    flight = Flight.objects.get(post__title="Why I switched")
    revoke_codes(codes=[code], at=at, **visitor(brand, at))
    end_flights(flights=[flight], **visitor(brand, at))
    for days in (1, 2, 30):
        now = LOADED + days * DAY
        refresh_demo(now=now)
        assert told(now)[code.ending] == "revoked"
        assert lines(now)["Why I switched", "BFCM"].status == "ended"
        assert stale(brand) == []
        assert not AuditEntry.objects.for_brand(brand).filter(at__gt=now).exists()
        code.refresh_from_db()
        assert code.expires_at - code.starts_at == timedelta(days=code.window_days)


def test_what_a_visitor_planned_moves_with_the_rest():
    brand, at = load(), LOADED + HOUR
    flight = Flight.objects.get(post__title="Why I switched")
    new = Move(flight, flight.starts_on, flight.ends_on + 7 * DAY)
    move_flights(moves=[new], **visitor(brand, at))
    # Less than a day behind, so that the hour after the start is never an hour to come.
    for days in (3, 4):
        refresh_demo(now=LOADED + days * DAY)
        flight.refresh_from_db()
        assert flight.ends_on == new.ends_on + (days - 1) * DAY


def test_an_import_can_still_be_undone_to_values_of_today_and_its_run_stays_as_old_as_it_is():
    brand = load()
    run = ImportRun.objects.create(
        brand=brand, file_name="t.csv", state=ImportState.APPLIED, created_at=LOADED - 3 * DAY
    )
    kept = ImportedRow.objects.create(
        brand=brand,
        run=run,
        kind="flight",
        object_id=Flight.objects.first().pk,
        label="x",
        before={"ends_on": "2026-12-01", "ends_at": "2026-12-02T05:00:00+00:00", "ad_name": "2026-1", "n": 1},
    )
    refresh_demo(now=LOADED + 2 * DAY)
    kept.refresh_from_db()
    assert kept.before == {
        "ends_on": "2026-12-03",
        "ends_at": "2026-12-04T05:00:00+00:00",
        "ad_name": "2026-1",
        "n": 1,
    }
    assert ImportRun.objects.get().created_at == run.created_at


def test_what_a_visitor_imported_can_be_undone_however_often_the_demo_moved():
    brand, at = load(), LOADED + 30 * HOUR
    flight = Flight.objects.get(post__title="Why I switched")
    post, last = flight.post, flight.ends_on
    sheet = [
        ("Creator handle", "Post link", "Title", "Campaign", "Flight start", "Flight end"),
        (post.creator.handle, post.url, post.title, flight.campaign.name, flight.starts_on, last + 9 * DAY),
    ]
    pasted = "\n".join("\t".join(map(str, cells)) for cells in sheet).encode()
    manager = User.objects.get(email__startswith="manager@")
    by = {**visitor(brand, at), "actor": Actor(ActorKind.USER, str(manager.pk), "visitor", request_id="r")}
    with time_machine.travel(at, tick=False):
        run = receive_sheet(pasted, file_name="tracker.tsv", **by)
        preview_import(str(ask_preview(run=run, wishes=Wishes(), **by).pk))
        apply_import(str(ask_apply(run=run, decisions={}, skip_errors=False, **by).pk))
    flight.refresh_from_db()
    assert flight.ends_on == last + 9 * DAY

    # Two days after the story, less than one after the import: the flight stays, and so does what undo knows of it.
    refresh_demo(now=LOADED + 49 * HOUR)
    flight.refresh_from_db()
    assert flight.ends_on == last + 9 * DAY
    refresh_demo(now=LOADED + 73 * HOUR)
    brand.refresh_from_db()
    run.refresh_from_db()
    undo_import(run=run, **{**by, "now": LOADED + 73 * HOUR})
    flight.refresh_from_db()
    assert flight.ends_on == last + DAY


def test_an_invitation_ends_when_it_was_said_to_end():
    brand = load()
    ends = set(Invitation.objects.for_brand(brand).values_list("expires_at", flat=True))
    refresh_demo(now=LOADED + 2 * DAY)
    assert set(Invitation.objects.for_brand(brand).values_list("expires_at", flat=True)) == ends


# --- Nobody else's ----------------------------------------------------------------------------------------------------
def test_other_brands_do_not_move():
    load()
    other = Everything(now=LOADED)
    before = everything_of(other.brand)
    refresh_demo(now=LOADED + 45 * DAY)
    assert everything_of(other.brand) == before


def test_a_brand_that_somebody_called_like_the_demo_is_none():
    world = World(now=LOADED, slug=SLUG)
    world.flight(world.post(), world.day(-3), world.day(3))
    before = everything_of(world.brand)
    assert demo_brand() is None
    assert refresh_demo(now=LOADED + 900 * DAY) == 0
    assert everything_of(world.brand) == before


def test_the_command_and_the_beat_move_it_but_never_in_production(settings):
    with time_machine.travel(LOADED, tick=False):
        call_command("load_demo", verbosity=0)
    born = Brand.objects.get(slug=SLUG).created_at
    with time_machine.travel(LOADED + DAY, tick=False):
        call_command("load_demo", verbosity=0)
    assert Brand.objects.get(slug=SLUG).created_at == born + DAY
    with time_machine.travel(LOADED + 2 * DAY, tick=False):
        settings.PRODUCTION = True
        move_demo()
        assert Brand.objects.get(slug=SLUG).created_at == born + DAY
        settings.PRODUCTION = False
        move_demo()
    assert Brand.objects.get(slug=SLUG).created_at == born + 2 * DAY
    assert "campaigns.tasks.move_demo" in [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()]
