"""Every address of a brand that shows a page, with a row of everything in it: no barrier, no scrolling sideways,
no request to another host, nothing in the console (the browser fixture sees to the last two)."""

import pytest

from brands.enums import Role
from sparktrack.core.clock import utc_now
from tests.access.everything import Everything
from tests.access.routes import routes, url_of
from tests.e2e.looks import problems
from tests.world import client_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

PARTS = 4


def pages(world):
    """The addresses below ``/b/<slug>/`` that answer with a whole page to an admin, in their order."""
    client = client_of(world.people[Role.ADMIN])
    found = []
    for route in routes():
        if "slug" not in route.parameters or route.is_admin:
            continue
        url = url_of(route, world)
        answer = client.get(url)
        if answer.status_code == 200 and not answer.streaming and b"<!DOCTYPE html>" in answer.content:
            found.append(url)
    return found


@pytest.mark.parametrize("part", range(PARTS))
def test_a_part_of_all_pages(part, page, enter):
    world = Everything(now=utc_now())
    enter(world.people[Role.ADMIN])
    found = []
    for url in pages(world)[part::PARTS]:
        page.goto(url)
        found += problems(page)
    assert found == []
