"""What members read, over every page that they can reach: their own brand, nothing of another one, no secret.

Each role goes through the pages once, in a world that answers every question: one word stands in each text of their
brand, another word in each text of another brand, and the codes and tokens of both are known.
"""

import pytest
import time_machine

from authorizations.models import AuthorizationCode
from authorizations.secrets import open_code, open_source_post_code
from brands.enums import Role
from brands.models import AuditEntry, Invitation
from campaigns.models import Campaign, Flight, ImportRun
from campaigns.queries.board import Cursor
from tests.access.canary import CODE, parts
from tests.access.crawl import crawl
from tests.access.everything import Everything, open_texts, owned_models
from tests.access.routes import routes, url_of
from tests.access.stored import everything_stored
from tests.world import NOW, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

OWN, CANARY = "wk3beacon", "zq7canary"
OTHER_CODE = "#BeaconBeaconBeacon9876543210/+gfedcbaABCDEFGzyxwvutsrqponmlkjih="


@pytest.fixture
def brands():
    """A brand full of its own word, and another one full of canaries."""
    with time_machine.travel(NOW, tick=False):
        own = Everything(handle=f"{OWN}.makes", code=CODE)
        other = Everything(handle=f"{CANARY}.makes", slug=f"{CANARY}-brand", code=OTHER_CODE)
        own.write_everywhere(OWN)
        other.write_everywhere(CANARY)
        for role, user in other.people.items():
            user.email = f"{CANARY}.{role}@example.com"
            user.save()
        yield own, other


def test_the_canary_is_in_every_text_that_can_be_written(brands):
    for world, word in zip(brands, (OWN, CANARY), strict=True):
        for model in owned_models():
            for field in open_texts(model):
                texts = [str(getattr(row, field.name)) for row in world.rows(model)]
                assert any(word in text for text in texts), field


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_members_read_their_own_brand_nothing_of_another_and_no_secret(role, brands, logs):
    own, other = brands
    starts = [url_of(route, own) for route in routes() if not route.is_admin]
    client = client_of(own.people[role])
    before = everything_stored()
    pages = crawl(client, [*starts, *prying(own, other)])
    full = pages[f"/b/{own.brand.slug}/posts/{own.full.pk}/"]
    assert f"code ending {CODE[-4:]}" in full
    assert OWN in full
    assert len([url for url, page in pages.items() if OWN in page]) > 100
    # What somebody asks for stands in their own search box.
    assert [url for url, page in pages.items() if CANARY in page.replace(url, "")] == []
    ids = [str(row.pk) for model in owned_models() for row in other.rows(model)]
    assert found_in(pages, ids) == {}
    secret = secrets(own, other)
    assert found_in(pages, secret) == {}
    raw, written = (log.getvalue() for log in logs)
    assert "path=" in written
    audit = str(list(AuditEntry.objects.values_list()))
    assert found_in({"logged": raw, "written": written, "audit": audit}, secret) == {}
    assert everything_stored() == before, "reading changed something"


def found_in(texts: dict[str, str], words: list[str]) -> dict[str, list[str]]:
    """Those of ``words`` that stand in ``texts``, by address; not those that the address itself names."""
    found = {url: [word for word in words if word in text and word not in url] for url, text in texts.items()}
    return {url: here for url, here in found.items() if here}


def secrets(*worlds: Everything) -> list[str]:
    """What nobody may read: codes, whole or in part, the tokens of scripts, and what either is found by."""
    codes = AuthorizationCode.objects.filter(brand__in=[world.brand for world in worlds])
    whole = [open_code(code) for code in codes]
    source = [open_source_post_code(code) for code in codes if code.source_post_ciphertext]
    prints = [code.fingerprint for code in codes]
    hashes = [user.password for world in worlds for user in world.people.values() if user.password]
    invited = Invitation.objects.values_list("token_hash", flat=True)
    scripts = [world.script.rpartition("_")[2] for world in worlds]
    return [*parts(CODE), *parts(OTHER_CODE), *whole, *source, *prints, *hashes, *map(str, invited), *scripts]


def prying(own, other):
    """Addresses under one's own brand that ask for things of the other."""
    board = f"/b/{own.brand.slug}/"
    campaign = Campaign.objects.filter(brand=other.brand).first()
    yield f"/b/{other.brand.slug}/"
    for run in other.rows(ImportRun):
        yield f"{board}findings/?import={run.pk}"
        yield f"{board}findings.txt?import={run.pk}"
    for post in (other.full, other.inventory, other.linked):
        yield f"{board}posts/{post.pk}/"
        yield f"{board}audit/?thing={post.pk}"
        yield f"/b/{other.brand.slug}/posts/{post.pk}/"
        yield f"{board}?section=inventory&after={Cursor(0, post.pk)}"
    for flight in Flight.objects.filter(brand=other.brand)[:2]:
        for section in ("stops", "blocked", "covered", "unplanned"):
            yield f"{board}?section={section}&after={Cursor(-(2**62), flight.pk)}"
    yield f"{board}calendar/?view=agenda&campaign={campaign.pk}"
    yield f"{board}calendar/?view=agenda&creator={CANARY[:3]}"
    yield f"{board}?campaign={campaign.pk}"
    yield f"{board}?campaign={campaign.pk}&section=stops"
    for person in other.people.values():
        yield f"{board}?buyer={person.pk}"
        yield f"{board}audit/?who={person.pk}"
    for part in ("zq7", "canar", "7301184422019655681"):
        yield f"{board}?q={part}"
        yield f"{board}?q={part}&section=inventory"
        yield f"{board}audit/?q={part}"
        yield f"{board}audit/?q={part}&export=csv"
    yield f"{board}?creator={CANARY[:3]}"


def test_counts_and_money_are_those_of_the_own_brand(brands):
    own, other = brands
    client = client_of(own.people[Role.VIEWER])
    before = client.get(f"/b/{own.brand.slug}/").content
    for world in (other, other, other):
        world.flight(world.post(), world.day(-1), world.day(20), daily_spend=9999)
    after = client.get(f"/b/{own.brand.slug}/").content
    assert [line for line in after.splitlines() if b"csrf" not in line] == [
        line for line in before.splitlines() if b"csrf" not in line
    ]
