"""Stored gaps: the worked cases read back from the database, and every operation keeps them true."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from authorizations.enums import RightTrigger
from authorizations.models import AuthorizationCode, PostGap, UsageRight
from authorizations.operations.gaps import coverage_change, differences
from authorizations.operations.posts import (
    attach_brief,
    change_method,
    mark_posts_back,
    mark_posts_gone,
    set_own_account,
    set_rights_tracking,
)
from authorizations.operations.rights import RightDraft, grant_rights, trigger_rights
from authorizations.windows import Term
from brands.models import Brand
from campaigns.models import Flight
from campaigns.queries.lines import flight_lines, stored_gaps
from posts.enums import Method
from posts.models import Post
from posts.operations.briefs import add_briefs
from posts.operations.posts import DuplicatePostError
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data/vectors/coverage.jsonl").read_text().splitlines()
]


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _stored_case(world: World, case: dict[str, Any]) -> Flight:
    """The case as rows: raw instants, as no person types them, so the rows are written directly."""
    creator = world.creator(own_account=not case["needs_code"])
    post = world.post(creator, unavailable_from=_instant(case["post_unavailable_from"]))
    for number, code in enumerate(case["codes"]):
        start = datetime.fromisoformat(code["starts_at"])
        end = _instant(code.get("expires_at")) or start + code["window_days"] * DAY
        revoked_at = _instant(code["revoked_at"])
        if end <= start:
            # The database refuses such a row; an empty window is kept as a code revoked when it began.
            end, revoked_at = start + DAY, start
        AuthorizationCode.objects.create(
            brand=world.brand,
            post=post,
            ciphertext=b"x",
            key_id="1",
            fingerprint=f"{post.pk.hex}{number:032d}",
            ending="k2Y=",
            starts_at=start,
            expires_at=end,
            window_days=code["window_days"],
            end_source="computed",
            revoked_at=revoked_at,
            rejected_at=NOW if code["rejected"] else None,
            created_at=NOW,
        )
    for right in case["rights"]:
        start = datetime.fromisoformat(right["starts_at"])
        UsageRight.objects.create(
            brand=world.brand,
            post=post,
            trigger=RightTrigger.FIXED,
            starts_on=start.date(),
            starts_at=start,
            ends_at=_instant(right["ends_at"]),
            paid_amplification=right["paid"],
            created_at=NOW,
        )
    with coverage_change(world.brand) as touched:
        touched.posts.add(post.pk)
    flight = case["flight"]
    start = datetime.fromisoformat(flight["starts_at"])
    end = _instant(flight["ends_at"])
    return Flight.objects.create(
        brand=world.brand,
        post=post,
        campaign=world.campaign(),
        starts_on=start.date(),
        starts_at=start,
        ends_on=end.date() if end else None,
        ends_at=end,
        created_at=NOW,
    )


def _as_json(instant: datetime | None) -> str | None:
    return instant.isoformat().replace("+00:00", "Z") if instant else None


def test_all_worked_cases_are_answered_from_stored_gaps() -> None:
    assert len(CASES) == 520
    # Whether rights are tracked is a fact of the brand, so two brands hold all cases. No need of a code is an own
    # account there; one without rights of its own would need none either, so such a case has another method.
    stored = []
    for tracks in (True, False):
        world = World(tracks_rights=tracks)
        with coverage_change(world.brand):
            for case in CASES:
                if case["needs_rights"] is tracks:
                    bare = tracks and not case["needs_code"] and not case["rights"]
                    flight = _stored_case(world, {**case, "needs_code": True} if bare else case)
                    if bare:
                        change_method(posts=[flight.post], method=Method.ACCOUNT_LEVEL, **world.by)
                    stored.append((case, world.brand, flight))
    assert len(stored) == len(CASES)
    wrong = [
        (case["id"], answer)
        for case, brand, flight in stored
        if (answer := _answer(brand, flight, datetime.fromisoformat(case["now"]))) != case["expected"]
    ]
    assert wrong == []


def _answer(brand: Brand, flight: Flight, now: datetime) -> dict[str, Any]:
    """What the query layer says of a flight, in the form of the cases."""
    gaps = stored_gaps(brand, [flight.post_id], after=now)
    coverage = flight_lines(brand, [flight], gaps, now=now)[0].coverage
    assert coverage is not None
    return {
        "verdict": coverage.verdict.value,
        "runnable_until": _as_json(coverage.runnable_until),
        "gaps": [
            {
                "starts_at": _as_json(gap.starts_at),
                "ends_at": _as_json(gap.ends_at),
                "reasons": [reason.value for reason in gap.reasons],
            }
            for gap in coverage.gaps
        ],
    }


def reasons_now(world: World, post: Post) -> str:
    """The reasons for which the post may not run at NOW, from the stored gaps; empty if it may."""
    assert differences(world.brand, [post.pk]) == []
    gap = PostGap.objects.filter(post=post).overlapping(NOW, NOW + timedelta(microseconds=1)).first()
    return gap.reasons if gap else ""


def test_a_new_post_may_not_run_for_ever() -> None:
    world = World()
    post = world.post()
    gap = PostGap.objects.get(post=post)
    assert (gap.starts_at, gap.ends_at, gap.reasons, gap.stops_itself) == (
        None,
        None,
        "no_code,no_rights",
        True,
    )


def test_code_and_right_open_the_post() -> None:
    world = World()
    post = world.post()
    world.code(post, NOW - DAY)
    assert reasons_now(world, post) == "no_rights"
    world.right(date(2026, 11, 1), post=post)
    assert reasons_now(world, post) == ""


def test_rights_of_the_post_count_before_those_of_brief_and_creator() -> None:
    world = World()
    creator = world.creator()
    brief = add_briefs(drafts=[{"title": "Glow"}], **world.by)[0]
    post = world.post(creator)
    world.code(post, NOW - DAY)
    world.right(date(2026, 11, 1), creator=creator)
    assert reasons_now(world, post) == ""
    world.right(date(2026, 1, 1), date(2026, 1, 31), brief=brief)
    attach_brief(posts=[post], brief=brief, **world.by)
    assert reasons_now(world, post) == "rights_expired"
    world.right(date(2026, 11, 1), post=post, paid_amplification=False)
    assert reasons_now(world, post) == "paid_not_allowed"


def test_a_right_covers_nothing_until_its_trigger_happens() -> None:
    world = World()
    post = world.post()
    world.code(post, NOW - DAY)
    draft = RightDraft(post=post, trigger=RightTrigger.DELIVERY, term=Term(days=30), paid_amplification=True)
    right = grant_rights(drafts=[draft], **world.by)[0]
    assert reasons_now(world, post) == "no_rights"
    trigger_rights(rights=[right], happened_on=date(2026, 11, 20), **world.by)
    assert reasons_now(world, post) == ""
    right.refresh_from_db()
    assert right.ends_at == datetime.fromisoformat("2026-12-20T00:00:00Z")


def test_an_own_account_needs_no_code_and_no_rights() -> None:
    world = World()
    creator = world.creator()
    post = world.post(creator)
    set_own_account(creators=[creator], own=True, **world.by)
    assert reasons_now(world, post) == ""
    world.right(date(2026, 12, 1), post=post)
    assert reasons_now(world, post) == "rights_not_started"
    set_own_account(creators=[creator], own=False, **world.by)
    assert reasons_now(world, post) == "no_code,rights_not_started"


def test_a_brand_that_does_not_track_rights_needs_none() -> None:
    world = World()
    post = world.post()
    world.code(post, NOW - DAY)
    set_rights_tracking(tracks=False, **world.by)
    world.brand.refresh_from_db()
    assert reasons_now(world, post) == ""
    set_rights_tracking(tracks=True, **world.by)
    world.brand.refresh_from_db()
    assert reasons_now(world, post) == "no_rights"


def test_a_post_that_is_gone_may_not_run_until_it_is_back() -> None:
    world = World(tracks_rights=False)
    post = world.post()
    world.code(post, NOW - DAY)
    mark_posts_gone(posts=[post], since=NOW - timedelta(hours=3), **world.by)
    assert reasons_now(world, post) == "post_unavailable"
    mark_posts_back(posts=[post], **world.by)
    assert reasons_now(world, post) == ""


def test_nested_changes_are_one_transaction_and_nothing_stays_of_a_failed_one() -> None:
    world = World()

    def two_posts_with_one_id() -> None:
        with coverage_change(world.brand):
            world.post(world.creator("maya"), tiktok_post_id="7690248111420345644")
            world.post(world.creator("noah"), tiktok_post_id="7690248111420345644")

    with pytest.raises(DuplicatePostError):
        two_posts_with_one_id()
    assert not Post.objects.filter(brand=world.brand).exists()
    assert not PostGap.objects.filter(brand=world.brand).exists()


def test_a_change_of_another_brand_does_not_join() -> None:
    world, other = World(), World()
    with (
        coverage_change(world.brand),
        pytest.raises(ValueError, match="one brand"),
        coverage_change(other.brand),
    ):
        pass


def test_writing_gaps_asks_a_constant_number_of_queries(django_assert_num_queries: Any) -> None:
    world = World()
    creator = world.creator()
    posts = [world.post(creator) for _ in range(30)]
    for post in posts:
        world.code(post, NOW - DAY)
    with django_assert_num_queries(5):
        assert differences(Brand.objects.get(pk=world.brand.pk), [posts[0].pk]) == []
    with django_assert_num_queries(5):
        assert differences(Brand.objects.get(pk=world.brand.pk), [post.pk for post in posts]) == []
