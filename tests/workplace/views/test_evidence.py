"""Evidence packs: each fact once, nothing in clear, nothing that the reader may not know, in parts that end."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from alerts.enums import AlertKind, DeliveryState
from authorizations.operations.codes import Use, mark_applied, reveal_codes
from authorizations.operations.rights import NewTerm, extend_rights
from authorizations.windows import Term
from brands.enums import AttachmentSubject, Role
from brands.models import Attachment
from brands.operations.attachments import Link, Subject, attach_files, attach_links
from campaigns.operations.flights import run_flights_anyway
from sparktrack.core.actors import Actor, ActorKind
from tests.alerts.scenes import alert, closed, message, waiting
from tests.world import DAY, NOW, World, client_of, spark_code
from workplace.queries import evidence

pytestmark = pytest.mark.django_db

CODE = spark_code(77)


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World(name="Glow & Co")


def text(response):
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def of_post(post):
    return reverse("post-evidence", args=[post.brand.slug, post.pk])


def of_brand(world):
    return reverse("evidence", args=[world.brand.slug])


class Busy:
    """A post to which everything happened that an evidence pack tells."""

    def __init__(self, world):
        self.world = world
        self.boss = world.member(Role.ADMIN, full_name="Ada Boss", email="ada@canary.example")
        self.kim = world.member(Role.BUYER, full_name="Kim Buyer", email="kim@canary.example")
        kim = Actor(kind=ActorKind.USER, id=str(self.kim.pk), label=self.kim.email)
        by = {"brand": world.brand, "actor": kim}
        self.post = world.post(title="Busy", details={"notes": "Canary note"})
        self.right = world.right(
            world.day(-30),
            post=self.post,
            term=Term(days=60),
            contract_reference="C-7",
            fee=77123,
            granted_by="Canary Agent",
            approved_by=self.boss,
            approved_at=NOW - 30 * DAY,
        )
        extend_rights(terms=[NewTerm(self.right, Term(days=90))], now=NOW - 9 * DAY, **by)
        self.code = world.code(self.post, NOW - 10 * DAY, code=CODE)
        account = world.account(name="Northbeam US")
        hour = timedelta(hours=1)
        reveal_codes(codes=[self.code], now=NOW - 8 * DAY, **by)
        reveal_codes(codes=[self.code], copied=True, now=NOW - 8 * DAY + hour, **by)
        mark_applied(uses=[Use(self.code, account)], now=NOW - 8 * DAY + 2 * hour, **by)
        self.flight = world.flight(
            self.post, world.day(-5), world.day(40), ad_account=account, campaign=world.campaign("Q4")
        )
        run_flights_anyway(
            flights=[self.flight], reason="Agreed by mail", approver=self.boss, now=NOW - DAY, **by
        )
        proof = Subject(AttachmentSubject.RIGHT, self.right.pk)
        (self.file,) = attach_files(
            subject=proof, files=[ContentFile(b"signed", name="contract.pdf")], now=NOW, **by
        )
        chat = Subject(AttachmentSubject.CODE, self.code.pk)
        attach_links(subject=chat, links=[Link("https://canary.example/chat", "Chat")], now=NOW, **by)
        gone = alert(world, self.flight, step=7, raised_at=NOW - 9 * DAY)
        waiting(closed(gone, NOW - 9 * DAY), self.boss)
        warned = alert(world, self.flight, raised_at=NOW - 2 * DAY)
        sent = message(self.kim, NOW - 2 * DAY)
        waiting(warned, self.kim, delivery=sent)
        late = alert(
            world, self.flight, kind=AlertKind.RIGHTS, subject_id=self.right.pk, step=1, raised_at=NOW - DAY
        )
        waiting(late, self.boss, delivery=message(self.boss, NOW - DAY, state=DeliveryState.FAILED))


# --- One post ---------------------------------------------------------------------------------------------------------
def test_the_pack_of_a_busy_post_has_each_fact_once(world):
    busy = Busy(world)
    page = text(client_of(world.member(Role.MANAGER)).get(of_post(busy.post)))
    for fact in (
        "Contract C-7",
        "Thu 22 Oct – Tue 19 Jan 2027 (90 days)",
        "fee $77,123",
        "granted by Canary Agent",
        "Approved by Ada Boss",
        f"SHA-256 {busy.file.sha256}",
        "Extended by Kim Buyer",
        "Revealed by Kim Buyer",
        "Copied by Kim Buyer",
        "Taken to Northbeam US by Kim Buyer",
        "Runs anyway: Agreed by mail (approved by Ada Boss",
        "Codes, 3 days before",
        "Kim Buyer: mail accepted",
        "Rights, 1 day before",
        "Ada Boss: mail not delivered",
        "Codes, 7 days before",
    ):
        assert page.count(fact) == 1, fact
    assert page.count("Ada Boss: mail") == 1  # of what was closed before, nobody was told
    assert f"Code ending {busy.code.ending}" in page
    assert "Glow & Co" in page.replace("&amp;", "&")
    assert "Made Sat 21 Nov 2026, 14:05 UTC" in page


def test_no_code_stands_in_clear_and_a_viewer_reads_no_fee_no_contact_no_note(world):
    busy = Busy(world)
    urls = (of_post(busy.post), of_brand(world))
    for role in Role:
        for url in urls:
            page = client_of(world.member(role)).get(url).content.decode()
            assert "Busy" in page
            assert CODE not in page
            assert CODE[10:50] not in page
            assert "Canary note" not in page
    for url in urls:
        page = client_of(world.member(Role.VIEWER)).get(url).content.decode()
        assert "Agreed by mail" in page
        assert "<b>File</b>" in page
        assert "<b>Link</b>" in page
        download = reverse("attachment", args=[world.brand.slug, busy.file.pk])
        names = ("contract.pdf", ">Chat<")
        for hidden in ("77,123", "Canary Agent", "canary.example", "Keep it", download, *names):
            assert hidden not in page, hidden


def test_somebody_who_left_is_named_by_mail_only_to_those_who_may_read_contacts(world):
    busy = Busy(world)
    busy.kim.memberships.all().delete()
    seen = {role: text(client_of(world.member(role)).get(of_post(busy.post))) for role in Role}
    assert "Revealed by somebody who left" in seen[Role.VIEWER]
    assert "Revealed by kim@canary.example" in seen[Role.MANAGER]


def test_nothing_on_file_is_said_as_well(world):
    page = text(client_of(world.member(Role.VIEWER)).get(of_post(world.post(title="Bare"))))
    assert page.count("None on file.") == 2
    assert "Warnings None." in page


# --- Adding evidence --------------------------------------------------------------------------------------------------
def test_files_and_links_are_kept_with_the_post_or_one_of_its_codes(world):
    post = world.post()
    code, foreign = world.code(post, NOW), world.code(world.post(), NOW)
    client = client_of(world.member(Role.MANAGER))
    chat = SimpleUploadedFile("chat.png", b"png")
    assert client.post(of_post(post), {"on": "post", "proofs": chat}).status_code == 302
    client.post(of_post(post), {"on": str(code.pk), "link": "https://a.example/", "link_name": "Receipt"})
    assert set(Attachment.objects.values_list("subject_kind", "subject_id", "name")) == {
        ("post", post.pk, "chat.png"),
        ("code", code.pk, "Receipt"),
    }
    page = text(client.get(of_post(post)))
    assert "chat.png" in page
    assert "Receipt" in page
    bad = SimpleUploadedFile("run.exe", b"MZ")
    for data, words in (
        ({"on": "post"}, "Choose a file, or give a link."),
        ({"on": str(foreign.pk), "link": "https://a.example/"}, "Select a valid choice"),
        ({"on": "post", "link": "https://b.example/", "proofs": bad}, "this kind of file is not kept"),
    ):
        response = client.post(of_post(post), data)
        assert response.status_code == 422
        assert words in response.content.decode()
    assert Attachment.objects.count() == 2


def test_who_only_reads_adds_nothing(world):
    post = world.post()
    for role in (Role.VIEWER, Role.BUYER):
        client = client_of(world.member(role))
        assert client.post(of_post(post), {"on": "post", "link": "https://a.example/"}).status_code == 403
        assert "Add evidence" not in text(client.get(of_post(post)))
    assert not Attachment.objects.exists()


# --- Campaigns, brands, periods ---------------------------------------------------------------------------------------
def test_a_campaign_has_its_posts_as_chapters_and_only_its_own_flights(world):
    q4, other = world.campaign("Q4"), world.campaign("Elsewhere")
    mine, theirs = world.post(title="Mine"), world.post(title="Theirs")
    world.flight(mine, world.day(-5), world.day(5), campaign=q4)
    world.flight(mine, world.day(6), world.day(9), campaign=other)
    world.flight(theirs, world.day(-5), world.day(5), campaign=other)
    url = reverse("campaign-evidence", args=[world.brand.slug, q4.pk])
    page = text(client_of(world.member(Role.VIEWER)).get(url))
    assert "Evidence: Campaign Q4" in page
    assert "Mine of @" in page
    assert "Elsewhere" not in page
    assert "Theirs" not in page


def test_a_period_holds_what_held_then_and_what_was_done_then(world):
    busy = Busy(world)
    later = world.post(title="Later")
    world.code(later, NOW - DAY)
    client = client_of(world.member(Role.MANAGER))
    page = text(client.get(of_brand(world), {"first": "2026-11-12", "last": "2026-11-12"}))
    assert "12 Nov 2026 – 12 Nov 2026" in page
    assert "Contract C-7" in page
    assert f"Code ending {busy.code.ending}" in page
    assert "Extended by Kim Buyer" in page
    for other in ("Later", "Revealed", "Agreed by mail", "3 days before"):
        assert other not in page, other
    assert "Nothing in this period" in text(client.get(of_brand(world), {"last": "2026-10-01"}))
    wrong = client.get(of_brand(world), {"first": "2026-11-12", "last": "2026-11-11"})
    assert (wrong.status_code, "ends before it starts" in wrong.content.decode()) == (400, True)


def test_many_posts_come_in_parts_each_once_and_it_says_how_many(world, monkeypatch):
    monkeypatch.setattr(evidence, "PER_PART", 3)
    titles = [f"Part {number}" for number in range(7)]
    for title in titles:
        world.code(world.post(title=title), NOW)
    world.post(title="Never used")
    client, url, seen, parts = client_of(world.member(Role.VIEWER)), of_brand(world), [], []
    while url:
        response = client.get(url)
        page = response.content.decode()
        seen += re.findall(r'evidence/">(Part \d)</a>', page)
        parts.append(text(response))
        following = re.search(r'href="\?([^"]*after=[^"]*)">Next part', page)
        url = f"{of_brand(world)}?{following[1]}" if following else ""
    assert seen == titles
    assert len(parts) == 3
    assert all("7; this part has" in part for part in parts)
    assert "Never used" not in "".join(parts)


def test_the_database_is_asked_equally_often_for_any_number_of_posts(world):
    client, url = client_of(world.member(Role.ADMIN)), of_brand(world)
    client.get(url)
    counts, sizes = [], []
    for number in (1, 2, 9):
        posts = [world.post() for _ in range(number)]
        world.codes(posts, NOW)
        for post in posts:
            flight = world.flight(post, world.day(0), world.day(9))
            world.right(world.day(-1), post=post, term=Term(days=90))
            waiting(alert(world, flight), world.member(Role.BUYER))
        with CaptureQueriesContext(connection) as asked:
            page = client.get(url)
        counts.append(len(asked))
        sizes.append(len(page.content))
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 12 + 3  # session, person, memberships
    assert sizes[-1] < 60_000


def test_what_belongs_to_another_brand_is_not_there(world):
    busy = Busy(World(name="Canary brand"))
    client = client_of(world.member(Role.ADMIN))
    world.code(world.post(), NOW)
    assert "Canary" not in client.get(of_brand(world)).content.decode()
    slug = world.brand.slug
    for url in (
        of_post(busy.post),
        of_brand(busy.world),
        reverse("post-evidence", args=[slug, busy.post.pk]),
        reverse("campaign-evidence", args=[slug, busy.flight.campaign_id]),
    ):
        assert client.get(url).status_code == 404, url
    assert client.post(reverse("post-evidence", args=[slug, busy.post.pk]), {}).status_code == 404
    # A place in the list of another brand is only a place.
    after = client.get(of_brand(world), {"after": str(busy.post.pk)})
    assert "Busy" not in text(after)
