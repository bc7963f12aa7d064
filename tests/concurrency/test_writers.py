"""Several people at once, each in a thread with a connection of its own and real transactions.

Whoever is second gets an answer: the row that is there, or a refusal in words; never an error of the database.
"""

import os
import threading
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from authorizations.models import AccountLink, AuthorizationCode, CodeUse, PostGap
from authorizations.operations.codes import Extension, Use, extend_codes, mark_applied, revoke_codes
from authorizations.operations.gaps import coverage_change, differences
from authorizations.operations.keys import rotate_code_keys
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import PostDraft, add_posts, set_own_account, set_rights_tracking
from authorizations.operations.recording import CodeDraft, DuplicateCodeError, Outcome, record_codes
from authorizations.operations.rights import RightDraft, grant_rights
from brands.enums import Role
from brands.models import AuditEntry, Brand
from brands.operations.edits import BrandBusyError, Edit, locked
from campaigns.models import Campaign, Flight
from campaigns.operations.campaigns import CampaignDraft, add_campaigns, edit_campaigns
from campaigns.operations.flights import edit_flights, launch_flights, pause_flights
from campaigns.operations.zones import change_brand_zone
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators, rename_creator
from posts.enums import MetricsSource, Stage
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.operations.briefs import add_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages
from sparktrack.core.days import first_instant
from sparktrack.core.refusals import RefusedError
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2026, 11, 21)
POST_ID = "7690248111420345644"
ROUNDS = 5


def at_once(*tasks: Callable[[], Any]) -> list[Any]:
    """What each task returned or raised; they start together, each in a thread of its own."""
    barrier = threading.Barrier(len(tasks))
    answers: list[Any] = [None] * len(tasks)

    def run(number: int, task: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            answers[number] = task()
        except Exception as error:  # noqa: BLE001 - it is the answer
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def proof(world: World) -> list[Any]:
    """The posts whose stored gaps are not those that follow from the rows."""
    brand = Brand.objects.get(pk=world.brand.pk)
    return differences(brand, list(Post.objects.for_brand(brand).values_list("pk", flat=True)))


def no_errors(answers: list[Any]) -> bool:
    """Whether nothing but refusals was raised; fails with the others."""
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, RefusedError):
            raise answer
    return True


# --- the lock ----------------------------------------------------------------------------------------------------
def test_a_change_of_coverage_waits_for_the_one_before_it_in_the_same_brand():
    world = World()
    inside, leave, done = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with coverage_change(world.brand):
            inside.set()
            assert leave.wait(30)

    def second() -> None:
        assert inside.wait(30)
        world.post(Creator.objects.get())
        done.set()

    def third() -> bool:
        assert inside.wait(30)
        waited = not done.wait(0.5)
        leave.set()
        return waited

    world.creator()
    answers = at_once(first, second, third)
    assert no_errors(answers)
    assert answers[2] is True
    assert done.is_set()
    assert proof(world) == []


def test_whoever_waits_too_long_is_told_so_and_nothing_is_written():
    world = World()
    creator = world.creator()
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with locked(world.brand):
            inside.set()
            assert leave.wait(30)

    def second() -> Any:
        assert inside.wait(30)
        with connection.cursor() as cursor:
            postgresql = connection.vendor == "postgresql"
            cursor.execute("SET lock_timeout = '200ms'" if postgresql else "PRAGMA busy_timeout = 200")
        try:
            return world.post(creator)
        finally:
            leave.set()

    answers = at_once(first, second)
    assert isinstance(answers[1], BrandBusyError)
    assert "try again" in answers[1].message
    assert not Post.objects.exists()
    assert world.post(creator)


def test_a_page_that_waits_too_long_says_so():
    world = World()
    world.code(world.post(), world.now)
    code = AuthorizationCode.objects.get()
    client = client_of(world.member(Role.BUYER))
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with locked(world.brand):
            inside.set()
            assert leave.wait(30)

    def second() -> Any:
        assert inside.wait(30)
        with connection.cursor() as cursor:
            postgresql = connection.vendor == "postgresql"
            cursor.execute("SET lock_timeout = '200ms'" if postgresql else "PRAGMA busy_timeout = 200")
        try:
            return client.post(f"/b/{world.brand.slug}/codes/{code.pk}/applied/", {"ad_account": ""})
        finally:
            leave.set()

    answer = at_once(first, second)[1]
    assert answer.status_code == 503
    assert b"try again in a minute" in answer.content
    assert not CodeUse.objects.exists()


def test_two_brands_do_not_wait_for_each_other_on_postgresql():
    if connection.vendor == "sqlite":
        return  # one writer at a time in the whole file: nothing to see
    world, other = World(), World()
    inside, leave = threading.Event(), threading.Event()

    def first() -> None:
        with locked(world.brand):
            inside.set()
            assert leave.wait(30)

    def second() -> None:
        assert inside.wait(30)
        other.post()
        leave.set()

    assert no_errors(at_once(first, second))
    assert proof(other) == []


# --- gaps stay true ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "change",
    [
        lambda creator, by: grant_rights(
            drafts=[RightDraft(creator=creator, starts_on=TODAY, paid_amplification=True)], **by
        ),
        lambda _, by: set_rights_tracking(tracks=False, **by),
        lambda creator, by: set_own_account(creators=[creator], own=True, **by),
        lambda _, by: change_brand_zone(zone="Asia/Tokyo", **by),
    ],
    ids=["right of the creator", "rights tracking", "own account", "zone"],
)
def test_a_post_and_a_code_added_during_a_wide_change_have_true_gaps(change):
    for _ in range(ROUNDS):
        world = World()
        creator = world.creator()
        post = world.post(creator)
        world.right(TODAY, creator=creator)
        answers = at_once(
            lambda world=world, creator=creator: change(creator, world.by),
            lambda world=world, creator=creator: world.post(creator),
            lambda world=world, post=post: world.code(post, None, 30, starts_on=TODAY),
        )
        assert no_errors(answers)
        assert Post.objects.for_brand(world.brand).count() == 2
        assert proof(world) == []


def test_a_flight_planned_during_a_change_of_zone_begins_in_the_zone_that_holds():
    for _ in range(ROUNDS):
        world = World()
        post, campaign = world.post(), world.campaign()
        answers = at_once(
            lambda world=world: change_brand_zone(zone="Asia/Tokyo", **world.by),
            lambda world=world, post=post, campaign=campaign: world.flight(post, TODAY, campaign=campaign),
        )
        assert no_errors(answers)
        assert Flight.objects.get(post=post).starts_at == first_instant(TODAY, "Asia/Tokyo")


# --- the same code -----------------------------------------------------------------------------------------------
def test_the_same_code_for_one_post_is_one_row_and_a_repeat():
    for number in range(ROUNDS):
        world = World()
        post = world.post()
        draft = CodeDraft(post, spark_code(number), starts_at=NOW, window_days=30)
        answers = at_once(*[lambda world=world, draft=draft: record_codes(drafts=[draft], **world.by)] * 3)
        assert no_errors(answers)
        outcomes = sorted(answer[0].outcome for answer in answers)
        assert outcomes == [Outcome.CREATED, Outcome.REPEATED, Outcome.REPEATED]
        assert {answer[0].code for answer in answers} == {
            AuthorizationCode.objects.for_brand(world.brand).get()
        }


def test_the_same_code_for_two_posts_is_kept_by_one_and_refused_by_its_name_to_the_other():
    for number in range(ROUNDS):
        world = World()
        posts = [world.post(title="Cold brew"), world.post(title="Kettle")]

        def record(post: Post, world: World = world, number: int = number) -> Any:
            draft = CodeDraft(post, spark_code(number), starts_at=NOW, window_days=30)
            return record_codes(drafts=[draft], **world.by)[0]

        answers = at_once(*[lambda post=post, record=record: record(post) for post in posts])
        assert no_errors(answers)
        (refused,) = [answer for answer in answers if isinstance(answer, DuplicateCodeError)]
        kept = AuthorizationCode.objects.for_brand(world.brand).get()
        assert refused.post == kept.post
        assert str(kept.post) in refused.message
        assert proof(world) == []


def test_extensions_at_once_add_up_and_a_revocation_between_them_stays():
    world = World()
    code = world.code(world.post(), NOW, 30)
    extend = [lambda: extend_codes(extensions=[Extension(code, days=7)], **world.by)] * 4
    answers = at_once(*extend, lambda: revoke_codes(codes=[code], at=NOW + DAY, **world.by))
    assert no_errors(answers)
    code.refresh_from_db()
    assert (code.window_days, code.expires_at, code.revoked_at) == (58, NOW + 58 * DAY, NOW + DAY)
    assert proof(world) == []


def test_keys_rotate_while_people_work(settings):
    old, new = os.urandom(32), os.urandom(32)
    for _ in range(ROUNDS):
        settings.CODE_KEYS = {"1": old}
        world = World()
        post = world.post()
        drafts = [CodeDraft(post, spark_code(), starts_at=NOW, window_days=30) for _ in range(300)]
        codes = [answer.code for answer in record_codes(drafts=drafts, **world.by)]
        for code in reversed(codes):  # their order on disk is no longer that of their ids
            AuthorizationCode.objects.filter(pk=code.pk).update(last_checked_at=NOW)
        settings.CODE_KEYS = {"1": old, "2": new}
        longer = [Extension(code, days=7) for code in reversed(codes)]
        answers = at_once(
            lambda: sum(rotate_code_keys()),
            lambda world=world, longer=longer: extend_codes(extensions=longer, **world.by),
            lambda world=world, codes=codes: mark_applied(uses=[Use(code) for code in codes], **world.by),
        )
        assert no_errors(answers)
        kept = AuthorizationCode.objects.for_brand(world.brand)
        assert set(kept.values_list("key_id", "window_days")) == {("2", 37)}
        assert proof(world) == []


# --- the same name, id, use … ------------------------------------------------------------------------------------
def _creator(world: World, thing: dict[str, Any]) -> Any:
    return add_creators(drafts=[CreatorDraft("maya")], **world.by)


def _rename(world: World, thing: dict[str, Any]) -> Any:
    return rename_creator(creator=thing["creators"].pop(), handle="maya", **world.by)


def _post(world: World, thing: dict[str, Any]) -> Any:
    return add_posts(drafts=[PostDraft(thing["creator"], tiktok_post_id=POST_ID)], **world.by)


def _post_id(world: World, thing: dict[str, Any]) -> Any:
    return edit_posts(edits=[Edit(thing["posts"].pop(), {"tiktok_post_id": POST_ID})], **world.by)


def _brief(world: World, thing: dict[str, Any]) -> Any:
    return add_briefs(drafts=[{"title": "Glow"}], **world.by)


def _campaign(world: World, thing: dict[str, Any]) -> Any:
    return add_campaigns(drafts=[CampaignDraft("BFCM")], **world.by)


def _campaign_name(world: World, thing: dict[str, Any]) -> Any:
    return edit_campaigns(edits=[Edit(thing["campaigns"].pop(), {"name": "BFCM"})], **world.by)


def _use(world: World, thing: dict[str, Any]) -> Any:
    return mark_applied(uses=[Use(thing["code"], thing["account"]), Use(thing["code"])], **world.by)


def _link(world: World, thing: dict[str, Any]) -> Any:
    return open_links(drafts=[LinkDraft(thing["creator"], thing["account"], NOW)], **world.by)


def _stage(world: World, thing: dict[str, Any]) -> Any:
    return record_stages(stages=[StageReached(thing["post"], Stage.POSTED, NOW)], **world.by)


def _numbers(world: World, thing: dict[str, Any]) -> Any:
    return record_metrics(
        metrics=[Metrics(thing["post"], NOW, MetricsSource.SHEET, {"views": 1})], **world.by
    )


def _launch(world: World, thing: dict[str, Any]) -> Any:
    return launch_flights(flights=[thing["flight"]], **world.by)


@pytest.mark.parametrize(
    ("task", "model", "where", "rows"),
    [
        (_creator, Creator, {"handle": "maya"}, 1),
        (_rename, Creator, {"handle": "maya"}, 1),
        (_post, Post, {"tiktok_post_id": POST_ID}, 1),
        (_post_id, Post, {"tiktok_post_id": POST_ID}, 1),
        (_brief, Brief, {"title": "Glow"}, 1),
        (_campaign, Campaign, {"name": "BFCM"}, 1),
        (_campaign_name, Campaign, {"name": "BFCM"}, 1),
        (_use, CodeUse, {}, 2),
        (_link, AccountLink, {}, 1),
        (_stage, StageEvent, {}, 1),
        (_numbers, MetricsSnapshot, {}, 1),
        (_launch, AuditEntry, {"action": "flight.launched"}, 1),
    ],
    ids=lambda item: item.__name__.strip("_") if callable(item) else "",
)
def test_of_four_who_do_the_same_one_does_it(task, model, where, rows):
    for _ in range(ROUNDS):
        world = World()
        post, *posts = world.posts(5)
        names = [CampaignDraft(f"Campaign {number}") for number in range(4)]
        thing = {
            "creator": post.creator,
            "creators": [other.creator for other in posts],
            "post": post,
            "posts": posts,
            "campaigns": add_campaigns(drafts=names, **world.by),
            "code": world.code(post, NOW),
            "account": world.account(),
            "flight": world.flight(post, TODAY),
        }
        audit = AuditEntry.objects.for_brand(world.brand).count()
        answers = at_once(*[lambda world=world, thing=thing: task(world, thing)] * 4)
        assert no_errors(answers)
        assert sum(bool(answer) and not isinstance(answer, Exception) for answer in answers) == 1
        assert model.objects.for_brand(world.brand).filter(**where).count() == rows
        assert AuditEntry.objects.for_brand(world.brand).count() == audit + rows
        assert proof(world) == []


# --- edits -------------------------------------------------------------------------------------------------------
def test_edits_of_different_fields_of_one_row_all_stay():
    world = World()
    post = world.post()
    flight = world.flight(post, TODAY)
    answers = at_once(
        lambda: edit_posts(edits=[Edit(post, {"title": "A"})], **world.by),
        lambda: edit_posts(edits=[Edit(post, {"notes": "B"})], **world.by),
        lambda: edit_posts(edits=[Edit(post, {"sku": "C"})], **world.by),
        lambda: edit_flights(edits=[Edit(flight, {"daily_spend": Decimal(7)})], **world.by),
        lambda: pause_flights(flights=[flight], **world.by),
    )
    assert no_errors(answers)
    post.refresh_from_db()
    flight.refresh_from_db()
    assert (post.title, post.notes, post.sku) == ("A", "B", "C")
    assert (flight.daily_spend, flight.paused_at) == (Decimal(7), NOW)


# --- many writers ------------------------------------------------------------------------------------------------
def test_eight_writers_and_two_readers_are_never_told_that_the_database_is_locked():
    worlds = [World(), World()]
    creators = [world.creator() for world in worlds]
    stop = threading.Event()

    def write(number: int) -> int:
        world, creator = worlds[number % 2], creators[number % 2]
        for step in range(8):
            post = world.post(creator)
            world.code(post, NOW + timedelta(hours=step))
            world.right(TODAY, post=post)
            world.flight(post, TODAY)
        return 8

    def read() -> int:
        reads = 0
        while not stop.is_set():
            for world in worlds:
                list(PostGap.objects.for_brand(world.brand).select_related("post")[:100])
            reads += 1
            stop.wait(0.01)
        return reads

    finished = threading.Semaphore(0)

    def writer(number: int) -> int:
        try:
            return write(number)
        finally:
            finished.release()

    def waiter() -> None:
        for _ in range(8):
            finished.acquire()
        stop.set()

    answers = at_once(*[lambda number=number: writer(number) for number in range(8)], read, read, waiter)
    assert no_errors(answers)
    assert answers[:8] == [8] * 8
    assert min(answers[8:10]) > 0
    assert Flight.objects.count() == Post.objects.count() == AuthorizationCode.objects.count() == 64
    assert [proof(world) for world in worlds] == [[], []]
