"""The list of codes: how each stands, what narrows it, and many extended at once and taken back."""

import csv
import io
import re

import pytest
import time_machine
from django.urls import reverse

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import (
    Use,
    Verification,
    mark_applied,
    revoke_codes,
    verify_codes,
)
from brands.enums import Role
from brands.models import AuditEntry
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

SECRET = spark_code(4711)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def client(world):
    return client_of(world.member(Role.BUYER))


@pytest.fixture
def url(world):
    return reverse("codes", args=[world.brand.slug])


def titles(response):
    """The posts of the codes of the page, in order."""
    return [line.code.post.title for line in response.context["listed"].lines]


def text(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def test_a_line_says_how_a_code_stands_until_when_who_says_so_and_where_it_is_used(world, client, url):
    post = world.post(world.creator("maya.glow"), title="Routine")
    code = world.code(post, NOW - 28 * DAY, 30, code=SECRET)
    mark_applied(uses=[Use(code, world.account(name="Glow US"))], **world.by)
    page = client.get(url)
    said = text(page)
    assert "code ending 711= Routine, @maya.glow" in said
    assert "Expiring 2 d left" in said
    assert "Mon 23 Nov, 09:05 EST computed from the window" in said
    assert "Glow US" in said
    assert 'aria-label="24 Oct to 23 Nov"' in page.content.decode()
    assert SECRET[1:40] not in page.content.decode()
    client.post(reverse("list-columns", args=[world.brand.slug, "codes"]), {"column": ["status", "next"]})
    assert reverse("extend-code", args=[world.brand.slug, code.pk]) in client.get(url).content.decode()
    revoke_codes(codes=[code], at=NOW, **world.by)
    assert reverse("unrevoke-code", args=[world.brand.slug, code.pk]) in client.get(url).content.decode()


def test_what_ends_next_comes_first_and_what_is_over_last(world, client, url):
    for title, left in (("Later", 20), ("Over", -3), ("Soon", 2)):
        world.code(world.post(title=title), NOW + left * DAY - 30 * DAY, 30)
    revoke_codes(codes=[world.code(world.post(title="Revoked"), NOW - DAY, 7)], at=NOW, **world.by)
    assert titles(client.get(url)) == ["Soon", "Later", "Over", "Revoked"]
    assert titles(client.get(url, {"sort": "newest"}))[0] == "Revoked"
    # By its revocation, which is earlier than its natural end.
    assert titles(client.get(url, {"sort": "end"})) == ["Over", "Revoked", "Soon", "Later"]
    assert titles(client.get(url, {"sort": "late"})) == ["Later", "Soon", "Revoked", "Over"]
    over = client.get(url, {"sort": "end", "expires_before": "2026-11-22"})
    assert titles(over) == ["Over", "Revoked"]


def test_codes_are_narrowed_by_status_end_account_creator_ending_and_source(world, client, url):
    account = world.account(name="Glow US")
    soon = world.code(world.post(world.creator("maya.glow"), title="Soon"), NOW - 28 * DAY, 30, code=SECRET)
    mark_applied(uses=[Use(soon, account)], **world.by)
    late = world.code(world.post(title="Late"), NOW, 60)
    verify_codes(verifications=[Verification(late, NOW + 60 * DAY)], **world.by)
    for query in (
        {"status": "expiring"},
        {"expires_before": "2026-11-24"},
        {"applied_to": str(account.pk)},
        {"creator": "@maya.glow"},
        {"ending": "…711="},
        {"source": "computed"},
        {"q": "maya soon"},
        {"q": "711="},
    ):
        assert titles(client.get(url, query)) == ["Soon"], query
    assert titles(client.get(url, {"applied_to": "none"})) == ["Late"]
    assert titles(client.get(url, {"expires_before": "2026-11-23"})) == []
    for query in ({"ending": SECRET}, {"applied_to": str(World().account().pk)}, {"status": "odd"}):
        assert client.get(url, query).status_code == 400, query
    assert SECRET not in text(client.get(url, {"q": "x", "status": "active"}))


def test_many_are_extended_at_once_and_that_is_taken_back(world, client, url):
    codes = [world.code(world.post(), NOW - DAY, 30) for _ in range(3)]
    verify_codes(verifications=[Verification(codes[0], NOW + 20 * DAY)], **world.by)
    columns = (
        "starts_on",
        "starts_at",
        "expires_on",
        "expires_at",
        "window_days",
        "end_source",
        "last_checked_at",
    )
    before = list(AuthorizationCode.objects.order_by("pk").values(*columns))
    chosen = {"do": "extend", "id": [str(code.pk) for code in codes[:2]], "extend-days": "30"}
    answer = client.post(url, chosen)
    assert answer.status_code == 302
    ends = list(AuthorizationCode.objects.order_by("pk").values_list("expires_at", flat=True))
    assert ends == [NOW + 50 * DAY, NOW + 59 * DAY, NOW + 29 * DAY]
    page = client.get(url).content.decode()
    assert "2 codes extended by 30 days" in page
    change = re.search(r'name="change" value="([^"]+)"', page)[1]
    client.post(reverse("undo", args=[world.brand.slug]), {"change": change})
    assert list(AuthorizationCode.objects.order_by("pk").values(*columns)) == before


def test_a_sheet_masks_every_code(world, client, url):
    world.code(world.post(title="Routine"), NOW, code=SECRET)
    client.post(reverse("list-columns", args=[world.brand.slug, "codes"]), {"column": ["post", "status"]})
    sheet = b"".join(client.get(url, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sheet))
    assert (row["Code"].lstrip("'"), row["Post"], row["Status"]) == ("…711=", "Routine", "Active")
    assert SECRET[1:40] not in sheet


def test_an_empty_list_shows_the_paste_box_to_those_who_may_use_it(world, client, url):
    page = client.get(url).content.decode()
    assert f'action="{reverse("paste-codes", args=[world.brand.slug])}"' in page
    assert 'name="message"' in page
    assert 'name="message"' not in client_of(world.member(Role.VIEWER)).get(url).content.decode()


def test_a_viewer_reads_and_changes_nothing_and_others_see_nothing(world, url):
    code = world.code(world.post(title="Routine"), NOW, code=SECRET)
    other = World()
    other.code(other.post(title="Foreign"), NOW)
    viewer = client_of(world.member(Role.VIEWER))
    assert titles(viewer.get(url)) == ["Routine"]
    assert viewer.post(url, {"do": "extend", "id": str(code.pk), "extend-days": "7"}).status_code == 403
    assert client_of(other.member(Role.ADMIN)).get(url).status_code == 404
    assert not AuditEntry.objects.filter(action="code.extended").exists()


@pytest.mark.parametrize("number", [1, 3, 50])
def test_the_list_takes_the_same_queries_and_little_space(
    world, client, url, number, django_assert_max_num_queries
):
    codes = world.codes(world.posts(number), NOW - DAY)
    account = world.account()
    mark_applied(uses=[Use(code, account) for code in codes], **world.by)
    client.get(url)
    with django_assert_max_num_queries(11):  # five of them for session, person, brand and header
        page = client.get(url)
    assert len(titles(page)) == number
    assert len(page.content) < 60_000
