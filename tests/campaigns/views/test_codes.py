"""Codes in clear: by role, by POST, so often an hour, noted in the audit, in no cache; and taken to ad accounts."""

import logging
import os
import re

import pytest
import time_machine
from django.conf import settings as site
from django.urls import reverse

from authorizations.models import CodeUse
from authorizations.operations.codes import Use, mark_applied
from brands.enums import Role
from campaigns.views.codes import TOO_OFTEN
from tests.audit import entries
from tests.world import NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

SECRET, SOURCE = spark_code(4711), spark_code(4712)
HTMX = {"HTTP_HX_REQUEST": "true"}
PLAIN = {"HTTP_ACCEPT": "text/plain"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def code(world):
    return world.code(world.post(), NOW, code=SECRET)


def url(code, what="reveal", brand=None):
    return reverse(f"{what}-code", args=[(brand or code.brand).slug, code.pk])


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- Reveal -----------------------------------------------------------------------------------------------------------
def test_a_revealed_code_is_in_the_whole_page_once_in_its_place_and_in_no_cache(world, code):
    other = world.code(code.post, NOW, code=SOURCE)
    response = client_of(world.member(Role.BUYER)).post(url(code))
    page = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert page.count(SECRET) == 1
    assert re.search(rf'id="secret-{code.pk}".*?value="{re.escape(SECRET)}"', page, re.DOTALL)
    assert SOURCE not in page
    assert "verdict" in page
    assert f"code ending {other.ending}" in page


def test_htmx_gets_its_place_only(world, code):
    response = client_of(world.member(Role.BUYER)).post(url(code), **HTMX)
    page = response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert page.strip().startswith(f'<div class="secret" id="secret-{code.pk}"')
    assert f'value="{SECRET}"' in page
    assert "<html" not in page


def test_the_code_of_the_source_post_comes_with_it(world):
    code = world.code(world.post(), NOW, code=SECRET, source_post_code=SOURCE)
    page = client_of(world.member(Role.BUYER)).post(url(code), **HTMX).content.decode()
    assert (page.count(SECRET), page.count(SOURCE)) == (1, 1)
    assert len(entries(world.brand, "code.source_post_code_revealed")) == 1


@pytest.mark.parametrize(
    ("what", "action"), [("reveal", "code.revealed"), ("copy", "code.copied"), ("apply", "code.applied")]
)
def test_the_audit_names_the_person_and_never_the_code(what, action, world, code):
    buyer = world.member(Role.BUYER)
    client_of(buyer).post(url(code, what))
    (entry,) = entries(world.brand, action)
    assert (entry.object_id, entry.actor_id, entry.at) == (code.pk, str(buyer.pk), NOW)
    assert entry.ip
    assert SECRET[1:20] not in str(vars(entry))


@pytest.mark.parametrize("what", ["reveal", "copy", "apply"])
def test_viewers_people_from_elsewhere_and_readers_get_nothing(what, world, code):
    viewer, stranger = client_of(world.member(Role.VIEWER)), client_of(World().member())
    assert viewer.post(url(code, what)).status_code == 403
    assert stranger.post(url(code, what)).status_code == 404
    assert client_of(world.member()).get(url(code, what)).status_code == 405
    assert entries(world.brand, "code.revealed") == entries(world.brand, "code.applied") == []


@pytest.mark.parametrize("what", ["reveal", "copy", "apply"])
def test_a_code_of_another_brand_is_not_there(what, world, code):
    foreign = World()
    other = foreign.code(foreign.post(), NOW, code=SOURCE)
    response = client_of(world.member()).post(url(other, what, brand=world.brand))
    assert response.status_code == 404
    assert SOURCE not in response.content.decode()
    assert entries(foreign.brand, "code.revealed") == []


def test_a_viewer_has_no_button_for_it(world, code):
    pages = {
        role: client_of(world.member(role)).get(code.post.get_absolute_url()).content.decode()
        for role in (Role.VIEWER, Role.BUYER)
    }
    for words in ("Reveal", "Copy", "Mark applied"):
        assert words not in text_of(pages[Role.VIEWER])
        assert words in text_of(pages[Role.BUYER])


def text_of(page):
    return re.sub(r"<[^>]+>", " ", page[page.index("<main") :])


def test_without_its_key_a_code_is_not_shown_and_nothing_is_noted(world, code, settings):
    settings.CODE_KEYS = {"9": os.urandom(32)}
    response = client_of(world.member(Role.BUYER)).post(url(code))
    assert response.status_code == 409
    assert "Ask the creator for a new one" in text(response)
    assert entries(world.brand, "code.revealed") == []


def test_no_log_line_has_a_code_that_was_looked_at(world, code, caplog):
    client = client_of(world.member(Role.BUYER))
    with caplog.at_level(logging.DEBUG):
        for what in ("reveal", "copy", "apply"):
            client.post(url(code, what))
    assert caplog.records
    assert SECRET[1:20] not in caplog.text


# --- Copy -------------------------------------------------------------------------------------------------------------
def test_the_clipboard_gets_the_code_as_plain_text(world, code):
    response = client_of(world.member(Role.BUYER)).post(url(code, "copy"), **PLAIN)
    assert response.content.decode() == SECRET
    assert response["Content-Type"].startswith("text/plain")
    assert "no-store" in response["Cache-Control"]
    assert entries(world.brand, "code.revealed") == []


def test_without_javascript_copy_shows_the_code_to_be_copied(world, code):
    response = client_of(world.member(Role.BUYER)).post(url(code, "copy"))
    assert f'value="{SECRET}"' in response.content.decode()


# --- How often --------------------------------------------------------------------------------------------------------
def test_a_person_may_look_so_often_an_hour_in_all_their_brands_together(world, code):
    limit = int(site.ACCOUNT_RATE_LIMITS["reveal_code"].split("/")[0])
    buyer = world.member(Role.BUYER)
    client = client_of(buyer)
    for number in range(limit):
        what = ("reveal", "copy")[number % 2]
        assert client.post(url(code, what), **HTMX).status_code == 200
    before = len(entries(world.brand, "code.revealed"))

    page, part, plain = (
        client.post(url(code)),
        client.post(url(code), **HTMX),
        client.post(url(code, "copy"), **PLAIN),
    )
    for response in (page, part, plain):
        assert response.status_code == 429
        assert TOO_OFTEN in text(response)
        assert SECRET not in response.content.decode()
        assert "no-store" in response["Cache-Control"]
    assert len(entries(world.brand, "code.revealed")) == before
    # The page is all there, somebody else may go on, and an hour later so may the buyer.
    assert "verdict" in page.content.decode()
    assert client_of(world.member(Role.BUYER)).post(url(code)).status_code == 200
    with time_machine.travel(NOW.timestamp() + 3601, tick=False):
        assert client.post(url(code)).status_code == 200


# --- Applied ----------------------------------------------------------------------------------------------------------
def test_an_applied_code_says_where_by_whom_and_leads_back_to_it(world, code):
    account = world.account(name="Northbeam US")
    client = client_of(world.member(Role.BUYER, full_name="Priya Raman"))
    response = client.post(url(code, "apply"), {"ad_account": account.pk})
    assert response["Location"] == f"{code.post.get_absolute_url()}#code-{code.pk}"
    page = text(client.get(response["Location"]))
    assert f"Noted: the code ending {code.ending} is in Northbeam US." in page
    assert "Northbeam US by Priya" in page
    assert f"Code ending {code.ending} taken to Northbeam US" in page
    # Again is no second use.
    client.post(url(code, "apply"), {"ad_account": account.pk})
    assert CodeUse.objects.count() == 1


def test_nobody_has_to_say_which_account(world, code):
    client_of(world.member(Role.BUYER)).post(url(code, "apply"), {"ad_account": ""})
    assert CodeUse.objects.get().ad_account is None


@pytest.mark.parametrize("account", ["another brand's", "nonsense"])
def test_an_account_that_is_not_of_the_brand_is_refused_beside_its_field(account, world, code):
    chosen = World().account().pk if account != "nonsense" else account
    response = client_of(world.member(Role.BUYER)).post(url(code, "apply"), {"ad_account": chosen})
    assert response.status_code == 422
    assert "Choose an ad account of this brand." in text(response)
    assert f'aria-describedby="account-{code.pk}-error"' in response.content.decode()
    assert not CodeUse.objects.exists()


def test_accounts_that_have_the_code_are_not_offered_again(world, code):
    there, free = world.account(name="There"), world.account(name="Free")
    mark_applied(uses=[Use(code, there)], **world.by)
    page = client_of(world.member(Role.BUYER)).get(code.post.get_absolute_url()).content.decode()
    taken_to = page.partition('name="ad_account"')[2].partition("</select>")[0]
    assert re.findall(r"<option[^>]*>(.*?)</option>", taken_to) == ["Free"]
    mark_applied(uses=[Use(code, free)], **world.by)
    assert (
        "Mark applied"
        not in client_of(world.member(Role.BUYER)).get(code.post.get_absolute_url()).content.decode()
    )
