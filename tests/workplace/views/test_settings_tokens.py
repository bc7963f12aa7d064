"""Settings of a brand: the tokens of its scripts. One is shown in one answer and never again."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from brands.enums import Role, TokenScope
from brands.models import ApiToken, AuditEntry, Membership, User
from brands.operations.edits import locked
from brands.operations.tokens import (
    BadTokenError,
    TokenDraft,
    find_token,
    issue_token,
    note_use,
    revoke_tokens,
)
from sparktrack.core.actors import Actor, ActorKind
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Northbeam", time_zone="America/New_York")


@pytest.fixture
def kim(world):
    return world.member(Role.ADMIN, full_name="Kim Lee")


@pytest.fixture
def client(kim):
    return client_of(kim)


def url(world, route="api-tokens", *args):
    return reverse(route, args=[world.brand.slug, *args])


def add(client, world, **values):
    """Sends the form as its page shows it, but for ``values``."""
    page = client.get(url(world, "api-token-add"))
    once = re.search(r'name="once" value="([^"]+)"', page.content.decode())
    shown = {field.html_name: field.value() or "" for field in page.context["form"]}
    sent = {**shown, "once": once and once.group(1), "name": "Nightly", **values}
    return sent, client.post(url(world, "api-token-add"), sent)


def secrets_in(response):
    return re.findall(r"stk_[a-z0-9]{16}_[A-Za-z0-9]{43}", response.content.decode())


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def issued(world, user: User | None = None, **draft):
    by = world.by
    if user:
        by["actor"] = Actor(kind=ActorKind.USER, id=str(user.pk), label=user.email)
    return issue_token(draft=TokenDraft(**{"name": "Nightly", "scope": TokenScope.READ, **draft}), **by)


def test_the_description_of_the_api_is_led_to_before_and_after_the_first_token(world, client):
    link = f'href="{reverse("api-docs")}"'
    assert link in client.get(url(world)).content.decode()
    issued(world)
    assert link in client.get(url(world)).content.decode()


def test_an_empty_list_says_what_a_token_is_for(client, world):
    page = client.get(url(world))
    assert "A token lets a script act for Northbeam" in text(page)
    assert url(world, "api-token-add") in page.content.decode()


def test_a_token_is_made_shown_once_and_listed_without_its_secret(client, world, kim):
    _, answer = add(client, world, scope="write", allowed_addresses="203.0.113.7\r\n10.1.0.0/16\r\n")
    (secret,) = secrets_in(answer)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    row = find_token(secret, ip="10.1.2.3", now=NOW)
    assert (row.brand, row.scope, row.created_by) == (world.brand, "write", kim)
    # Ninety days from 21 November 2026 in New York: until Friday 19 February is over there.
    assert row.expires_at == datetime(2027, 2, 20, 5, tzinfo=UTC)
    page = client.get(url(world))
    assert secret.rpartition("_")[2] not in page.content.decode()
    for said in (
        f"stk_{row.public}_…",
        "by Kim Lee",
        "Writes like a manager",
        "Fri 19 Feb 2027",
        "from 203.0.113.7, 10.1.0.0/16",
        "Never used",
        "when whoever made one leaves, it goes on counting",
    ):
        assert said in text(page), said


def test_a_page_that_is_sent_again_makes_no_second_token_and_shows_none(client, world):
    sent, first = add(client, world)
    again = client.post(url(world, "api-token-add"), sent)
    assert len(secrets_in(first)) == 1
    assert again["Location"] == url(world)
    page = client.get(again["Location"])
    assert "Nightly was made already" in text(page)
    assert secrets_in(page) == []
    assert ApiToken.objects.count() == 1
    add(client, world)
    assert ApiToken.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        ({"ends": "30"}, datetime(2026, 12, 22, 5, tzinfo=UTC)),
        ({"ends": "365"}, datetime(2027, 11, 22, 5, tzinfo=UTC)),
        ({"ends": "never"}, None),
        ({"ends": "never", "last_day": "2020-01-01"}, None),
        ({"ends": "day", "last_day": "2026-11-21"}, datetime(2026, 11, 22, 5, tzinfo=UTC)),
        ({"ends": "day", "last_day": "2027-07-01"}, datetime(2027, 7, 2, 4, tzinfo=UTC)),
    ],
)
def test_a_token_ends_with_a_day_of_the_brand_or_never(values, ends, client, world):
    _, answer = add(client, world, **values)
    (secret,) = secrets_in(answer)
    assert find_token(secret, ip="", now=NOW).expires_at == ends


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"scope": "admin"}, "Select a valid choice"),
        ({"ends": "day"}, "Say which day."),
        ({"ends": "day", "last_day": "2026-11-20"}, "That day is over. Today is Sat 21 Nov."),
        ({"ends": "day", "last_day": "2046-11-20"}, "Choose a day within ten years"),
        ({"ends": "day", "last_day": "9999-12-31"}, "Choose a day within ten years"),
        ({"ends": "day", "last_day": "soon"}, "Enter a valid date"),
        ({"allowed_addresses": "10.0.0.0/8\nthe office"}, "the office is no address"),
        (
            {"allowed_addresses": "<script>alert(1)</script>"},
            "&lt;script&gt;alert(1)&lt;/script&gt; is no address",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(values, said, client, world):
    sent, answer = add(client, world, **{"name": "Nightly", **values})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert {field.html_name: field.value() or "" for field in answer.context["form"]}.items() <= sent.items()
    assert not ApiToken.objects.exists()


def test_a_brand_with_too_many_is_told_so(client, world):
    row = {"brand": world.brand, "name": "x", "scope": "read", "secret_hash": "0", "created_at": NOW}
    ApiToken.objects.bulk_create(ApiToken(**row, public=f"p{n}") for n in range(100))
    _, answer = add(client, world)
    assert answer.status_code == 422
    assert "A brand has at most 100 tokens that count" in text(answer)


def test_a_token_is_revoked_after_a_question(client, world, kim):
    made = issued(world, kim)
    ask = client.get(url(world, "api-token-revoke", made.token.pk))
    assert "Every script that uses" in text(ask)
    assert find_token(made.secret, ip="", now=NOW)
    answer = client.post(url(world, "api-token-revoke", made.token.pk))
    page = client.get(answer["Location"])
    assert "Nightly is revoked" in text(page)
    assert "No token counts at the moment" in text(page)
    assert "Revoked Sat 21 Nov" in text(page)
    with pytest.raises(BadTokenError):
        find_token(made.secret, ip="", now=NOW)
    again = client.post(url(world, "api-token-revoke", made.token.pk))
    assert "was revoked already" in text(client.get(again["Location"]))
    assert "already" in text(client.get(url(world, "api-token-revoke", made.token.pk)))
    assert AuditEntry.objects.filter(action="token.revoked", actor_label=kim.email).count() == 1


def test_those_that_count_stand_apart_from_those_that_are_over(client, world):
    used, expiring, revoked = (
        issued(world, name="Sheet").token,
        issued(world, name="Form", expires_at=NOW + DAY).token,
        issued(world, name="Old").token,
    )
    revoke_tokens(tokens=[revoked], **world.by)
    note_use(used, now=NOW)
    with time_machine.travel(NOW + 2 * DAY, tick=False):
        client.force_login(
            world.member(Role.ADMIN), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        page = client.get(url(world)).content.decode()
    live, over = page.split('id="over"')
    assert [name for name in ("Sheet", "Form", "Old") if f"<b>{name}</b>" in live] == ["Sheet"]
    assert [name for name in ("Sheet", "Form", "Old") if f"<b>{name}</b>" in over] == ["Form", "Old"]
    assert url(world, "api-token-revoke", expiring.pk) not in page
    assert "Last used" in live
    assert "Over since" in over


def test_nobody_but_an_admin_of_the_brand_comes_near(world):
    made = issued(world)
    other = World().member(Role.ADMIN)
    addresses = [url(world), url(world, "api-token-add"), url(world, "api-token-revoke", made.token.pk)]
    assert {client_of(world.member(Role.MANAGER)).get(address).status_code for address in addresses} == {403}
    assert {client_of(other).get(address).status_code for address in addresses} == {404}
    foreign = url(World(), "api-token-revoke", made.token.pk)
    assert client_of(other).post(foreign).status_code == 404


def test_the_list_asks_the_same_however_many_there_are(client, world, kim):
    issued(world, kim)
    client.get(url(world))
    with CaptureQueriesContext(connection) as first:
        client.get(url(world))
    for _ in range(5):
        issued(world, kim)
        revoke_tokens(tokens=[issued(world, kim).token], **world.by)
    with CaptureQueriesContext(connection) as second:
        client.get(url(world))
    assert len(first) == len(second)


def test_who_lost_their_role_while_their_page_waited_changes_no_setting(world, kim, client, monkeypatch):
    account = world.account()
    role = Membership.objects.filter(user=kim)

    def waited(brand):
        role.update(role=Role.MANAGER)
        return locked(brand)

    for module, route, args in (
        ("settings_tokens", "api-token-add", ()),
        ("settings", "settings-brand", ()),
        ("settings", "settings-rules", ()),
        ("settings_accounts", "ad-account", (account.pk,)),
    ):
        role.update(role=Role.ADMIN)
        with monkeypatch.context() as patch:
            patch.setattr(f"workplace.views.{module}.locked", waited)
            sent = {"name": "Nightly", "scope": "write", "ends": "never"}
            assert client.post(url(world, route, *args), sent).status_code == 403, route
    assert not ApiToken.objects.exists()
