"""A POST that is sent again under its Idempotency-Key is done once."""

from datetime import timedelta

import pytest
from django.test import Client

from brands.enums import Role
from creators.models import Creator
from sparktrack.api.keeping import KEPT, forget_answers
from sparktrack.api.models import KeptAnswer
from sparktrack.api.tasks import forget_old_answers
from tests.api.scripts import Caller, person, script
from tests.audit import entries
from tests.concurrency.crowd import at_once
from tests.world import World

pytestmark = pytest.mark.django_db

KEY = {"idempotency_key": "row-17"}
NEW = {"handle": "maya"}


@pytest.fixture
def world(time_machine):
    world = World()
    time_machine.move_to(world.now, tick=False)
    return world


@pytest.fixture
def caller(world):
    return script(world)


def test_what_is_sent_again_gets_the_first_answer(world, caller):
    first = caller.post("creators", NEW, **KEY)
    row = Creator.objects.get()
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first
    # Also when the row was changed since: the caller learns what its request did.
    assert caller.patch(f"creators/{row.pk}", {"display_name": "Maya"}).status_code == 200
    again = caller.post("creators", NEW, **KEY)
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    for header in ("Location", "ETag", "Content-Type"):
        assert again[header] == first[header]
    assert again["X-Request-ID"] != first["X-Request-ID"]
    assert len(entries(world.brand, "creator.added")) == 1


def test_a_key_is_of_one_request(world, caller):
    assert caller.post("creators", NEW, **KEY).status_code == 201
    for answer in (
        caller.post("creators", {"handle": "iris"}, **KEY),
        caller.post(f"creators?brand={world.brand.slug}", NEW, **KEY),
        caller.post("creators/bulk", [NEW], **KEY),
    ):
        assert answer.status_code == 422
        assert "Idempotency-Key was used for another request" in answer.json()["detail"]
    assert Creator.objects.count() == 1
    # The order of the members of an object says nothing.
    body = {"handle": "iris", "country": "DE"}
    other = {"idempotency_key": "row-18"}
    assert caller.post("creators", body, **other).status_code == 201
    assert caller.post("creators", dict(reversed(body.items())), **other)["Idempotency-Replayed"] == "true"


def test_a_key_is_of_one_caller(world, caller):
    assert caller.post("creators", NEW, **KEY).status_code == 201
    for other in (script(world), person(world, Role.MANAGER), script(World())):
        answer = other.post("creators", {"handle": "iris"}, **KEY)
        assert answer.status_code in {201, 422}
        assert "Idempotency-Replayed" not in answer
    assert KeptAnswer.objects.count() == 3


def test_what_was_refused_may_be_tried_again(world, caller):
    assert caller.post("creators", {"handle": "a b"}, **KEY).status_code == 400
    world.creator("maya")
    assert caller.post("creators", NEW, **KEY).status_code == 422
    assert not KeptAnswer.objects.exists()
    Creator.objects.all().delete()
    assert caller.post("creators", NEW, **KEY).status_code == 201


def test_answers_are_kept_for_a_day(world, caller, time_machine):
    caller.post("creators", NEW, **KEY)
    time_machine.move_to(world.now + KEPT - timedelta(seconds=1), tick=False)
    forget_old_answers()
    assert caller.post("creators", NEW, **KEY)["Idempotency-Replayed"] == "true"
    time_machine.move_to(world.now + KEPT, tick=False)
    assert caller.post("creators", NEW, **KEY).status_code == 422  # she is on file: done anew, and refused
    assert caller.post("creators", {"handle": "iris"}, **KEY).status_code == 201
    assert KeptAnswer.objects.count() == 1
    assert forget_answers(now=world.now + 2 * KEPT) == 1
    assert not KeptAnswer.objects.exists()


def test_a_key_that_cannot_be_kept_is_refused(caller):
    for key in ("x" * 256, "é", "a\x7f", "a b"):
        answer = caller.post("creators", NEW, idempotency_key=key)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
    assert not Creator.objects.exists()
    assert caller.post("creators", NEW, idempotency_key="x" * 255).status_code == 201


def test_only_a_post_needs_a_key(world, caller):
    row = world.creator("maya")
    for name in ("M.", "Maya"):
        assert (
            caller.patch(f"creators/{row.pk}", {"display_name": name}, **KEY).json()["display_name"] == name
        )
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_is_done_and_all_get_its_answer():
    world = World()
    known = script(world)._client.defaults

    def send():
        client = Client()
        client.defaults.update(known)
        return Caller(client).post("creators", NEW, **KEY)

    answers = at_once(send, send, send)
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 2
    assert (Creator.objects.count(), KeptAnswer.objects.count()) == (1, 1)
