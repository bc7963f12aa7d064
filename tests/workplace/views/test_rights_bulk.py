"""Many rights are extended at once: looked at first, then done, and taken back."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from authorizations.models import UsageRight
from authorizations.operations.rights import NewTerm, extend_rights
from authorizations.windows import Term
from brands.enums import Role
from tests.audit import entries
from tests.workplace.rightsdesk import Rights
from tests.world import NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def client(world):
    return client_of(world.member(Role.MANAGER))


@pytest.fixture
def url(world):
    return reverse("rights", args=[world.brand.slug])


def extend(client, url, rights, **also):
    data = {
        "do": "extend",
        "extend-length": "30",
        "extend-unit": "days",
        "id": [str(right.pk) for right in rights],
    }
    return client.post(url, data | also)


def ends(rights):
    return {
        name: (row.ends_on, row.term_days, row.term_months)
        for name, right in rights.rows.items()
        if (row := UsageRight.objects.get(pk=right.pk))
    }


def test_many_are_looked_at_then_extended_then_taken_back(world, client, url):
    rights = Rights(world)
    before = ends(rights)
    preview = extend(client, url, rights.rows.values())
    page = preview.content.decode()
    assert preview.status_code == 200
    assert "Extend 4 rights by 30 days?" in page
    assert "stays: These rights have no end that could move." in page
    assert ends(rights) == before

    done = extend(client, url, rights.rows.values(), **{"extend-seen": preview.context["mark"]})
    assert done.status_code == 302
    after = ends(rights)
    assert after["soon"][0] == date(2026, 12, 26)
    assert (after["long"][1], after["over"][1], after["waits"][1]) == (330, 33, 120)
    assert (after["open"], after["ever"]) == (before["open"], before["ever"])
    shown = client.get(url).content.decode()
    assert "4 rights extended by 30 days. 2 rights stay as they were." in shown

    (change,) = {entry.request_id for entry in entries(world.brand, "right.extended")}
    client.post(reverse("undo", args=[world.brand.slug]), {"change": change})
    assert ends(rights) == before
    assert "4 rows as before" in client.get(url).content.decode()


def test_what_was_extended_since_somebody_looked_is_looked_at_again(world, client, url):
    rights = Rights(world)
    mark = extend(client, url, rights.rows.values()).context["mark"]
    extend_rights(terms=[NewTerm(rights.rows["soon"], Term(ends_on=world.day(60)))], **world.by)
    before = ends(rights)
    again = extend(client, url, rights.rows.values(), **{"extend-seen": mark})
    assert "Somebody changed one of them since you looked" in again.content.decode()
    assert ends(rights) == before


def test_an_extension_that_somebody_built_on_is_not_taken_back(world, client, url):
    rights = Rights(world)
    chosen = [rights.rows["soon"], rights.rows["long"]]
    mark = extend(client, url, chosen).context["mark"]
    extend(client, url, chosen, **{"extend-seen": mark})
    (change,) = {entry.request_id for entry in entries(world.brand, "right.extended")}
    extend_rights(terms=[NewTerm(rights.rows["soon"], Term(ends_on=world.day(90)))], **world.by)
    client.post(reverse("undo", args=[world.brand.slug]), {"change": change})
    after = ends(rights)
    assert (after["soon"][0], after["long"][1]) == (world.day(90), 300)


def test_what_is_missing_is_said_and_the_lines_stay_chosen(world, client, url):
    right = world.right(world.day(-9), world.day(5), post=world.post())
    answer = extend(client, url, [right], **{"extend-length": ""})
    assert answer.status_code == 422
    assert f'value="{right.pk}" aria-label' in answer.content.decode()
    assert "This field is required" in answer.content.decode()
