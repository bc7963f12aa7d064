"""So many requests a minute for each caller."""

from datetime import timedelta

import pytest

from tests.api.scripts import person, script
from tests.world import World

pytestmark = pytest.mark.django_db


def test_each_caller_has_so_many_requests_a_minute_and_is_told(settings, time_machine):
    settings.API_REQUESTS_A_MINUTE = 2
    world = World()
    time_machine.move_to(world.now.replace(second=50), tick=False)
    caller, other, somebody = script(world), script(world), person(world)
    answers = [caller.get("creators") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer["RateLimit"] for answer in answers] == [f'"requests";r={left};t=10' for left in (1, 0, 0)]
    assert {answer["RateLimit-Policy"] for answer in answers} == {'"requests";q=2;w=60'}
    refused = answers[-1]
    assert refused["Content-Type"] == "application/problem+json"
    assert 10 <= int(refused["Retry-After"]) <= 11
    assert caller.post("creators", {"handle": "maya"}).status_code == 429
    assert {other.get("creators").status_code, somebody.get("creators").status_code} == {200}
    time_machine.move_to(world.now.replace(second=50) + timedelta(seconds=int(refused["Retry-After"])))
    assert caller.get("creators").status_code == 200


def test_a_refused_request_counts_too(settings, time_machine):
    settings.API_REQUESTS_A_MINUTE = 2
    world = World()
    time_machine.move_to(world.now, tick=False)
    caller = script(world)
    assert caller.get("creators?nothing=1")["RateLimit"] == '"requests";r=1;t=60'
    assert caller.post("creators", {})["RateLimit"] == '"requests";r=0;t=60'


def test_while_the_cache_cannot_count_nobody_is_kept_out(settings, monkeypatch):
    settings.API_REQUESTS_A_MINUTE = 1
    caller = script(World())

    def away(*_args, **_more):
        raise ConnectionError

    monkeypatch.setattr("sparktrack.api.throttling.cache.add", away)
    for _ in range(3):
        answer = caller.get("creators")
        assert (answer.status_code, "RateLimit" in answer) == (200, False)
