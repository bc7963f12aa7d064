"""Several people at once, each in a thread with a connection of its own and real transactions.

Whoever is second gets an answer: the row that is there, or a refusal in words; never an error of the database.
"""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from authorizations.models import AuthorizationCode, CodeUse, PostGap
from authorizations.operations.gaps import coverage_change
from authorizations.operations.posts import set_own_account, set_rights_tracking
from authorizations.operations.rights import RightDraft, grant_rights
from brands.enums import Role
from brands.operations.edits import BrandBusyError, Edit, locked
from campaigns.models import Flight
from campaigns.operations.flights import edit_flights, pause_flights
from campaigns.operations.zones import change_brand_zone
from creators.models import Creator
from posts.models import Post
from posts.operations.posts import edit_posts
from sparktrack.core.days import first_instant
from tests.concurrency.crowd import ROUNDS, TODAY, at_once, no_errors, proof
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db(transaction=True)


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
        for step in range(5):
            post = world.post(creator)
            world.code(post, NOW + timedelta(hours=step))
            world.right(TODAY, post=post)
            world.flight(post, TODAY)
        return 5

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
    assert answers[:8] == [5] * 8
    assert min(answers[8:10]) > 0
    assert Flight.objects.count() == Post.objects.count() == AuthorizationCode.objects.count() == 40
    assert [proof(world) for world in worlds] == [[], []]
