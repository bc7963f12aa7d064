"""What a page brings along: styles and scripts of at most 60 kB, compressed."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from brands.enums import Role
from tests.access.everything import Everything
from tests.access.routes import routes, url_of
from tests.world import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MOST_BYTES = 60_000


def weight(page):
    """The compressed size of all styles and scripts that ``page`` names."""
    names = set(re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js))"', page))
    found = [finders.find(name) for name in names]
    assert names
    assert all(found), names
    return sum(len(gzip.compress(Path(path).read_bytes(), 6)) for path in found)


def test_no_page_brings_more_than_a_phone_takes_at_once(time_machine):
    world = Everything()
    time_machine.move_to(world.now, tick=False)
    client = client_of(world.people[Role.ADMIN])
    weights = {}
    for route in routes():
        if "slug" in route.parameters and not route.is_admin:
            answer = client.get(url_of(route, world))
            if answer.status_code == 200 and not answer.streaming and b"<!DOCTYPE html>" in answer.content:
                weights[route.name] = weight(answer.content.decode())
    assert len(weights) > 40
    assert max(weights.values()) < MOST_BYTES
