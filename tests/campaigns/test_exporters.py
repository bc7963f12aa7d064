"""The export says all of a brand that a sheet can say, shows no code, and comes back without a change."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from authorizations.enums import EndSource, RightTrigger
from authorizations.models import AuthorizationCode
from authorizations.operations.codes import (
    Extension,
    Use,
    Verification,
    extend_codes,
    mark_applied,
    reject_codes,
    revoke_codes,
    verify_codes,
)
from authorizations.operations.posts import mark_posts_gone
from authorizations.operations.recording import CodeDraft, record_codes
from authorizations.secrets import open_code
from authorizations.windows import Term
from brands.models import AuditEntry
from campaigns.exporters import HEADER, export_rows
from campaigns.importers import ReadOptions, import_tracker
from campaigns.operations.flights import end_flights
from campaigns.operations.zones import change_brand_zone
from creators.operations import rename_creator
from posts.models import Post
from sparktrack.core.tabular import write_csv, write_xlsx
from tests.campaigns.importers.sheets import post_id
from tests.factories import MembershipFactory
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db


def exported(world, **more):
    """The export as a list of dictionaries, every cell as text."""
    stream = io.BytesIO()
    write_csv(stream, HEADER, export_rows(world.brand, now=NOW, **more))
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8-sig"))))


def reveal(codes):
    """The codes in clear."""
    return [open_code(code) for code in codes]


def came_back(world, folder, *, write=write_csv, show_codes=None, now=NOW):
    """What the importer says to an export of the brand."""
    more = {} if show_codes is None else {"show_codes": show_codes}
    path = folder / f"export{'.csv' if write is write_csv else '.xlsx'}"
    with path.open("wb") as stream:
        write(stream, HEADER, export_rows(world.brand, now=now, **more))
    world.brand.refresh_from_db()
    return import_tracker(
        path,
        brand=world.brand,
        options=ReadOptions(),
        apply=True,
        skip_errors=False,
        now=now + timedelta(hours=3),
        actor=world.actor,
    ).report


def assert_unchanged(report):
    """Nothing was wrong, and nothing was created or changed."""
    assert report["errors"] == report["skipped"] == report["unmapped"] == []
    assert set(report["created"].values()) == set(report["updated"].values()) == {0}


def live_post(world, creator, **fields):
    """A post with a link and an id."""
    number = post_id()
    url = f"https://www.tiktok.com/@{creator.handle}/video/{number}"
    return world.post(creator, url=url, tiktok_post_id=number, **fields)


def fill(world):
    """Everything that the export can say, and the awkward cases."""
    buyer = MembershipFactory(brand=world.brand).user
    maya = world.creator("maya", details={"display_name": "=Maya", "email": "maya@x.example"})
    post = live_post(
        world,
        maya,
        title="'Morning' routine",
        details={
            "notes": '=HYPERLINK("x")\nAgency: Blue\r\n  two lines, "quoted"; é ',
            "sku": "-S1",
            "product": "@Serum  XL",
            "hook_angle": "+why",
            "use_case": "unboxing",
            "lane": "ready_for_spark",
            "landing_page": "https://northbeam.example/?a=1&b=2",
        },
    )
    codes = [
        world.code(post, NOW - 20 * DAY),
        world.code(post, NOW - 5 * DAY, 365),
        world.code(post, NOW + DAY, 7),
    ]
    revoke_codes(codes=[codes[0]], at=NOW - 2 * DAY, **world.by)
    extend_codes(extensions=[Extension(codes[2], days=23)], **world.by)
    verify = Verification(codes[1], NOW + timedelta(days=200, microseconds=7), source=EndSource.TIKTOK)
    verify_codes(verifications=[verify], **world.by)
    world.right(date(2026, 10, 1), date(2026, 12, 31), post=post)
    world.right(date(2027, 1, 1), post=post, term=Term(perpetual=True), paid_amplification=False)
    campaign = world.campaign("Q4: +Glow")
    world.flight(post, date(2026, 11, 20), date(2026, 12, 20), campaign=campaign, buyer=buyer)
    world.flight(post, date(2026, 12, 21), campaign=campaign, daily_spend=Decimal("99.90"))
    world.flight(post, None, campaign=campaign, daily_spend=None)
    world.flight(post, None)

    ivy = world.creator("ivy")
    assumed = world.code(live_post(world, ivy), NOW - DAY, start_assumed=True, end_source=EndSource.ASSUMED)
    mark_applied(uses=[Use(assumed, world.account(time_zone="Asia/Tokyo"))], **world.by)
    typed = live_post(world, ivy, title="Typed dates")
    drafts = [
        CodeDraft(typed, spark_code(), starts_on=date(2026, 10, 20), window_days=30),
        CodeDraft(typed, spark_code(), starts_on=date(2026, 10, 20), expires_on=date(2027, 3, 20)),
        CodeDraft(typed, "odd!é", starts_on=date(2026, 10, 20), window_days=90, expires_at=NOW + DAY),
    ]
    reject_codes(codes=[record_codes(drafts=drafts, **world.by)[0].code], error="invalid", **world.by)
    world.right(date(2026, 10, 5), post=typed, term=Term(months=3))
    world.right(None, post=typed, term=Term(days=90), trigger=RightTrigger.DELIVERY)
    world.right(None, post=typed, trigger=RightTrigger.CONTRACT, paid_amplification=False)

    world.post(world.creator("none"), url="https://vm.tiktok.com/ZMabc123/")
    world.post(ivy, title="Not live yet")
    gone = live_post(world, ivy)
    mark_posts_gone(posts=[gone], since=NOW - DAY, **world.by)
    renamed = world.creator("old.name")
    live_post(world, renamed)
    rename_creator(creator=renamed, handle="new.name", **world.by)
    return post


@pytest.mark.parametrize("show_codes", [None, reveal], ids=["masked", "revealed"])
@pytest.mark.parametrize("write", [write_csv, write_xlsx], ids=["csv", "xlsx"])
def test_export_comes_back_without_a_change(tmp_path, write, show_codes):
    world = World(time_zone="Europe/Berlin")
    fill(world)

    report = came_back(world, tmp_path, write=write, show_codes=show_codes)

    assert_unchanged(report)
    assert report["unchanged"]["posts"] == Post.objects.count() == 7
    assert report["unchanged"]["codes"] == AuthorizationCode.objects.count() == 7
    assert report["unchanged"]["rights"] == 5
    assert report["unchanged"]["flights"] == 4


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
def test_export_comes_back_without_a_change_after_the_zone_changed(tmp_path, zone):
    world = World(time_zone="Europe/Berlin")
    fill(world)
    change_brand_zone(zone=zone, **world.by)

    assert_unchanged(came_back(world, tmp_path, show_codes=reveal))


def test_revealed_export_of_one_brand_fills_another(tmp_path):
    world = World(time_zone="Europe/Berlin")
    fill(world)
    path = tmp_path / "export.csv"
    with path.open("wb") as stream:
        write_csv(stream, HEADER, export_rows(world.brand, now=NOW, show_codes=reveal))
    other = World(time_zone="America/New_York")
    by = {"brand": other.brand, "now": NOW, "actor": other.actor}

    report = import_tracker(path, options=ReadOptions(), apply=True, skip_errors=True, **by).report

    # Nobody knows there that @new.name was @old.name.
    assert [error["code"] for error in report["errors"]] == ["handle_mismatch"]
    assert report["created"]["codes"] == 7
    ours, theirs = exported(world, show_codes=reveal), exported(other, show_codes=reveal)
    for name in (
        "code",
        "starts_at",
        "expires_at",
        "source",
        "revoked_at",
        "flight_end",
        "sku",
    ):
        assert {row[name] for row in ours if row["handle"] != "new.name"} == {row[name] for row in theirs}
    assert_unchanged(came_back(other, tmp_path, show_codes=reveal))


def test_columns_are_those_of_the_contract():
    assert ", ".join(HEADER) == (
        "handle, creator_name, creator_email, post_url, post_id, posted_at, title, code, starts_at, window_days, "
        "expires_at, source, status, revoked_at, paid, rights_start, rights_end, campaign, flight_start, flight_end, "
        "daily_spend, verdict, runnable_until, buyer, sku, product, hook_angle, use_case, landing_page, lane, notes"
    )


def test_rows_lay_codes_rights_and_flights_side_by_side():
    world = World()
    creator = world.creator("maya")
    post = live_post(world, creator, title="A")
    codes = [world.code(post, NOW - 3 * DAY), world.code(post, NOW - 2 * DAY), world.code(post, NOW - DAY)]
    world.right(date(2026, 11, 1), post=post)
    world.flight(post, date(2026, 11, 1), date(2026, 11, 30))
    world.flight(post, date(2026, 12, 1), date(2026, 12, 31))
    live_post(world, creator, title="B")

    rows = exported(world)

    assert [row["title"] for row in rows] == ["A", "A", "A", "B"]
    assert [row["code"] for row in rows] == [f"…{code.ending}" for code in codes] + [""]
    assert [row["rights_start"] for row in rows] == ["2026-11-01", "", "", ""]
    assert [row["flight_start"] for row in rows] == ["2026-11-01", "2026-12-01", "", ""]
    assert {row["handle"] for row in rows} == {"maya"}


def test_cells_say_instants_in_utc_and_dates_as_typed():
    world = World(time_zone="America/New_York")
    post = live_post(world, world.creator("maya"))
    draft = CodeDraft(post, spark_code(), starts_on=date(2026, 11, 1), window_days=60)
    record_codes(drafts=[draft], **world.by)
    world.right(date(2026, 11, 1), date(2026, 12, 1), post=post)
    world.flight(post, date(2026, 11, 10), date(2026, 12, 24), daily_spend=Decimal(200))

    [row] = exported(world)

    assert (row["starts_at"], row["expires_at"]) == ("2026-11-01T04:00:00Z", "2026-12-31T04:00:00Z")
    assert (row["window_days"], row["source"], row["status"]) == ("60", "computed", "active")
    assert (row["paid"], row["rights_start"], row["rights_end"]) == ("yes", "2026-11-01", "2026-12-01")
    assert (row["flight_start"], row["flight_end"], row["daily_spend"]) == (
        "2026-11-10",
        "2026-12-24",
        "200.00",
    )
    assert (row["verdict"], row["runnable_until"]) == ("lapses", "2026-12-02T05:00:00Z")
    assert row["posted_at"] == "2026-10-01T12:00:00Z"


def test_flight_that_somebody_ended_is_ended():
    world = World()
    post = live_post(world, world.creator())
    flight = world.flight(post, date(2026, 11, 10), date(2026, 12, 24))
    end_flights(flights=[flight], **world.by)

    assert [(row["verdict"], row["runnable_until"]) for row in exported(world)] == [("ended", "")]


def test_equal_flights_of_two_buyers_come_back_to_each(tmp_path):
    world = World()
    post, campaign = live_post(world, world.creator()), world.campaign()
    for buyer in (None, world.member(), world.member()):
        world.flight(post, date(2026, 11, 10), campaign=campaign, buyer=buyer)

    assert_unchanged(came_back(world, tmp_path))


@pytest.mark.parametrize(
    ("term", "says"),
    [
        (Term(), "not stated"),
        (Term(perpetual=True), "perpetual"),
        (Term(days=1), "2026-11-01"),
        (Term(months=1), "2026-11-30"),
    ],
)
def test_end_of_rights_says_how_they_end(term, says):
    world = World()
    world.right(date(2026, 11, 1), post=live_post(world, world.creator()), term=term)

    assert exported(world)[0]["rights_end"] == says


def test_post_outside_any_flight_is_judged_once_from_now_on():
    world = World()
    post = live_post(world, world.creator())
    world.code(post, NOW - DAY, 10)
    world.code(post, NOW - DAY, 20)
    world.right(date(2026, 11, 1), post=post)
    planned = live_post(world, world.creator())
    world.flight(planned, None)

    verdicts = [(row["verdict"], row["runnable_until"]) for row in exported(world)]

    assert verdicts == [("lapses", "2026-12-10T14:05:00Z"), ("", ""), ("", "")]


def test_cells_that_could_be_formulas_are_made_safe_and_codes_are_masked():
    world = World()
    fill(world)
    codes = [open_code(code) for code in AuthorizationCode.objects.all()]

    rows = exported(world)

    for row in rows:
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    text = str(rows)
    assert not any(code in text for code in codes)


def test_code_pasted_into_notes_is_masked_too():
    world = World()
    code = spark_code()
    live_post(world, world.creator(), details={"notes": f"new: {code} (Priya)"})

    assert exported(world)[0]["notes"] == f"new: …{code[-4:]} (Priya)"


def test_export_holds_only_the_brand():
    world, other = World(), World()
    fill(other)
    live_post(world, world.creator("maya"))

    assert [row["handle"] for row in exported(world)] == ["maya"]


def test_number_of_queries_grows_with_slices_not_with_posts(django_assert_max_num_queries):
    world = World()
    creator = world.creator()
    for _ in range(3):
        world.code(live_post(world, creator), NOW)

    with django_assert_max_num_queries(6):
        list(export_rows(world.brand, now=NOW))


instants = st.integers(-100_000, 100_000).map(
    lambda number: NOW + timedelta(minutes=number, microseconds=number % 3)
)
days = st.integers(-60, 200).map(lambda number: date(2026, 11, 21) + timedelta(days=number))
terms = st.one_of(
    st.just(Term()),
    st.just(Term(perpetual=True)),
    st.builds(Term, days=st.integers(1, 400)),
    st.builds(Term, months=st.integers(1, 24)),
)
texts = st.text(alphabet="aé'=+-@\"; ,\t\n\r1…#", max_size=12).map(str.strip)
codes = st.tuples(instants, st.integers(1, 400), st.none() | instants, st.sampled_from(EndSource))
rights = st.tuples(st.none() | days, terms, st.booleans())
flights = st.tuples(st.sampled_from("AB"), st.none() | days, st.none() | st.integers(0, 90))
contents = st.fixed_dictionaries(
    {
        "texts": st.tuples(texts, texts, texts),
        "live": st.booleans(),
        "codes": st.lists(codes, max_size=3),
        "rights": st.lists(rights, max_size=3),
        "flights": st.lists(flights, max_size=3),
    }
)
zones = st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"])


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(posts=st.lists(contents, min_size=1, max_size=3), zone=zones)
def test_any_brand_comes_back_without_a_change(tmp_path, posts, zone):
    world = World(time_zone=zone)
    creator = world.creator("maya")
    campaigns = {name: world.campaign(name) for name in "AB"}
    for number, item in enumerate(posts):
        title, notes, product = item["texts"]
        title = f"{title} {number}".strip()
        details = {"notes": notes, "product": product}
        make = live_post if item["live"] else World.post
        post = make(world, creator, title=title, details=details)
        for start, length, revoked, source in item["codes"]:
            code = world.code(post, start, length, end_source=source)
            if revoked:
                revoke_codes(codes=[code], at=revoked, **world.by)
        for start, term, paid in item["rights"]:
            trigger = RightTrigger.FIXED if start else RightTrigger.DELIVERY
            world.right(start, post=post, term=term, paid_amplification=paid, trigger=trigger)
        for name, start, length in item["flights"]:
            end = start + timedelta(days=length) if start and length is not None else None
            world.flight(post, start, end, campaign=campaigns[name])

    for show_codes in (None, reveal):
        assert_unchanged(came_back(world, tmp_path, show_codes=show_codes))
    assert not AuditEntry.objects.for_brand(world.brand).filter(action__contains="edited").exists()
