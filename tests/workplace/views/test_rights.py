"""The page of a right: the answer while it is typed, what is saved, what is refused, and who may."""

import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from authorizations.models import UsageRight
from authorizations.operations.rights import edit_rights
from authorizations.windows import Term
from brands.enums import Role
from brands.models import Attachment
from brands.operations.edits import Edit
from posts.operations.briefs import add_briefs
from tests.audit import entries
from tests.world import DAY, NOW, World, client_of

pytestmark = pytest.mark.django_db

ASKED = {
    "paid_amplification": "yes",
    "trigger": "fixed",
    "starts_on": "2026-11-21",
    "term": "days",
    "length": "30",
}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def manager(world):
    return client_of(world.member(Role.MANAGER))


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page_of(right, route="right"):
    return reverse(route, args=[right.brand.slug, right.pk])


def add_page(world, **holder):
    ((level, row),) = holder.items()
    return f"{reverse('add-right', args=[world.brand.slug])}?{level}={row.pk}"


def sent_from(client, url):
    """What a browser sends back from the form of a page."""
    form = client.get(url).context["form"]
    return {field.html_name: field.value() or "" for field in form if field.name != "proofs"}


def test_five_answers_and_a_contract_are_put_on_file_with_what_proves_them(world, manager):
    post = world.post(title="Glow")
    url = add_page(world, post=post)
    assert "What it covers shows here" in text(manager.get(url))
    proofs = [SimpleUploadedFile("contract.pdf", b"%PDF"), SimpleUploadedFile("chat.txt", b"yes")]
    response = manager.post(
        url, {**ASKED, "contract_reference": "C-7", "proofs": proofs, "link": "https://docs.example/7"}
    )
    assert response["Location"] == f"{post.get_absolute_url()}#rights"
    (row,) = UsageRight.objects.all()
    assert (row.post, row.term_days, row.contract_reference) == (post, 30, "C-7")
    names = list(Attachment.objects.filter(subject_id=row.pk).order_by("name").values_list("name", flat=True))
    assert names == ["chat.txt", "contract.pdf", "docs.example"]
    shown = text(manager.get(response["Location"]))
    assert "On file: rights C-7, Sat 21 Nov – Sun 20 Dec (30 days)." in shown


def test_looking_saves_nothing_and_says_what_it_would_cover(world, manager):
    post = world.post()
    world.code(post, NOW - DAY, days=6)
    url = add_page(world, post=post)
    whole = manager.post(url, {**ASKED, "look": "1"})
    part = manager.post(url, {**ASKED, "look": "1"}, headers={"HX-Request": "true"})
    for response in (whole, part):
        assert response.status_code == 200
        assert "Covers ads from Sat 21 Nov until Sun 20 Dec" in text(response)
        assert "Rights valid, code over" in text(response)
    assert ("<form" in whole.content.decode(), "<form" in part.content.decode()) == (True, False)
    half = manager.post(url, {**ASKED, "length": "", "look": "1"}, headers={"HX-Request": "true"})
    assert "Say from when and for how long" in text(half)
    assert not UsageRight.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"length": ""}, "Say how many."),
        ({"proofs": SimpleUploadedFile("run.exe", b"MZ")}, "this kind of file is not kept"),
        ({"link": "javascript:alert(1)"}, "Not an address on the web"),
    ],
)
def test_what_is_refused_stands_beside_its_field_and_nothing_is_lost_or_half_saved(
    world, manager, changed, words
):
    url = add_page(world, post=world.post())
    response = manager.post(url, {**ASKED, "contract_reference": "Kept words", **changed})
    assert response.status_code == 422
    assert words in text(response)
    assert 'value="Kept words"' in response.content.decode()
    assert ("choose the files once more" in text(response)) == ("proofs" in changed)
    assert not UsageRight.objects.exists()
    assert not Attachment.objects.exists()
    assert entries(world.brand, "right.granted") == []


def test_what_the_brief_expects_is_offered(world, manager):
    (brief,) = add_briefs(drafts=[{"title": "Glow", "usage_days": 45, "usage_paid": True}], **world.by)
    form = manager.get(add_page(world, brief=brief)).context["form"]
    assert (form["term"].value(), form["length"].value()) == ("days", 45)
    assert form["paid_amplification"].value() == "yes"


def test_what_the_right_is_on_is_found_by_what_people_call_it(world, manager):
    creator = world.creator("maya")
    post = world.post(
        creator,
        title="Glow",
        tiktok_post_id="7301184422019655681",
        url="https://www.tiktok.com/@maya/video/7301184422019655681",
    )
    (brief,) = add_briefs(drafts=[{"title": "Gifts"}], **world.by)
    add = reverse("add-right", args=[world.brand.slug])
    for words, found in {
        "@Maya": f"creator={creator.pk}",
        "gifts": f"brief={brief.pk}",
        "Glow": f"post={post.pk}",
        "7301184422019655681": f"post={post.pk}",
        "https://m.tiktok.com/v/7301184422019655681.html": f"post={post.pk}",
    }.items():
        assert manager.get(add, {"for": words})["Location"] == f"{add}?{found}", words
    assert "is called “nobody”" in text(manager.get(add, {"for": "nobody"}))
    World().creator("elsewhere")
    assert manager.get(add, {"for": "elsewhere"}).status_code == 200


def test_what_was_typed_wrongly_is_corrected_and_the_rest_edited(world, manager):
    row = world.right(world.day(-5), post=world.post(), term=Term(days=30), contract_reference="C-7")
    sent = sent_from(manager, page_of(row))
    assert manager.post(page_of(row), sent).status_code == 302
    assert [entry.action for entry in entries(world.brand) if entry.object_id == row.pk] == ["right.granted"]
    manager.post(page_of(row), {**sent, "term": "months", "length": "6", "comments_owner": "Agency"})
    row.refresh_from_db()
    assert (row.term_days, row.term_months, row.comments_owner) == (None, 6, "Agency")
    assert {entry.action for entry in entries(world.brand)} >= {"right.corrected", "right.edited"}


def test_two_who_edit_the_same_both_see_both_versions(world, manager):
    row = world.right(world.day(-5), post=world.post(), comments_owner="Creator")
    sent = sent_from(manager, page_of(row))
    edit_rights(edits=[Edit(row, {"comments_owner": "Brand"})], **world.by)
    response = manager.post(page_of(row), {**sent, "comments_owner": "Agency", "link": "https://a.example/"})
    assert response.status_code == 409
    assert "changed this less than 1 min ago, to: Brand" in text(response)
    assert 'value="Agency"' in response.content.decode()
    assert not Attachment.objects.exists()
    again = {field.html_name: field.value() or "" for field in response.context["form"]}
    del again["proofs"]
    assert manager.post(page_of(row), again).status_code == 302
    row.refresh_from_db()
    assert row.comments_owner == "Agency"


def test_a_viewer_reads_the_terms_but_no_fee_no_contact_and_no_file(world):
    row = world.right(world.day(-5), post=world.post(), fee=77123, spend_cap=88123, granted_by="Canary Agent")
    boss = world.member(Role.MANAGER)
    add = {"link": "https://canary.example/secret", "link_name": "Agreed for 900 EUR"}
    client = client_of(boss)
    client.post(page_of(row), {**sent_from(client, page_of(row)), **add})
    page = client_of(world.member(Role.VIEWER)).get(page_of(row))
    for hidden in ("77,123", "77123", "88,123", "88123", "Canary", "canary.example", "<textarea", "Save"):
        assert hidden not in page.content.decode()
    assert "Paid use approved" in text(page)
    assert "<b>Link</b>" in page.content.decode()
    assert "900 EUR" not in page.content.decode()
    buyer = text(client_of(world.member(Role.BUYER)).get(page_of(row)))
    assert "$77,123" in buyer
    assert "Agreed for 900 EUR" in buyer
    assert "Save" not in buyer


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BUYER])
def test_who_only_reads_changes_nothing(world, role):
    row, client = world.right(world.day(-5), post=world.post()), client_of(world.member(role))
    assert client.post(page_of(row), ASKED).status_code == 403
    for route in ("extend-right", "end-right", "right-began"):
        assert client.post(page_of(row, route), {}).status_code == 403
    assert client.get(add_page(world, post=world.post())).status_code == 403


def test_what_belongs_to_another_brand_is_not_there(world, manager):
    other = World()
    row, post, creator = other.right(other.day(0), post=other.post()), other.post(), other.creator()
    for url in (
        reverse("right", args=[world.brand.slug, row.pk]),
        page_of(row),
        add_page(world, post=post),
        add_page(world, creator=creator),
        f"{reverse('add-right', args=[world.brand.slug])}?post=no-id",
    ):
        assert manager.get(url).status_code == 404
    assert manager.post(reverse("end-right", args=[world.brand.slug, row.pk]), {}).status_code == 404


def test_the_page_asks_the_database_equally_often_for_any_number_of_posts(world, manager):
    creator = world.creator()
    row = world.right(world.day(-5), creator=creator, term=Term(days=30))
    manager.get(page_of(row))
    counts = []
    for number in (1, 2, 47):
        world.codes([world.post(creator) for _ in range(number)], NOW - DAY)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = manager.get(page_of(row))
        counts.append(len(asked))
        assert len(page.content) < 60_000
    assert len(set(counts)) == 1
    assert counts[0] <= 12 + 3  # session, person, memberships
