"""Nothing of a brand is in any page of another one's members: not by search, filter, cursor, count or id."""

import pytest
import time_machine
from django.apps import apps

from brands.enums import Role
from campaigns.models import Campaign, Flight, ImportRun
from campaigns.queries.board import Cursor
from tests.access.crawl import crawl
from tests.access.everything import Everything, open_texts, owned_models
from tests.access.routes import routes, url_of
from tests.world import NOW, client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CANARY = "zq7canary"


@pytest.fixture
def brands():
    """A brand, and another one full of canaries."""
    with time_machine.travel(NOW, tick=False):
        own, other = Everything(), Everything(handle=f"{CANARY}.makes", slug=f"{CANARY}-brand")
        other.write_everywhere(CANARY)
        for role, user in other.people.items():
            user.email = f"{CANARY}.{role}@example.com"
            user.save()
        yield own, other


def test_the_canary_is_in_every_text_that_can_be_written(brands):
    _, other = brands
    for model in owned_models():
        for field in open_texts(model):
            texts = [str(getattr(row, field.name)) for row in other.rows(model)]
            assert any(CANARY in text for text in texts), field


def test_its_own_members_see_it(brands):
    _, other = brands
    pages = crawl(client_of(other.people[Role.ADMIN]), [f"/b/{other.brand.slug}/"])
    assert len(pages) > 20
    assert CANARY in pages[f"/b/{other.brand.slug}/posts/{other.full.pk}/"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMIN])
def test_no_page_of_another_brand_has_anything_of_it(role, brands):
    own, other = brands
    starts = [url_of(route, own) for route in routes() if not route.is_admin]
    pages = crawl(client_of(own.people[role]), [*starts, *prying(own, other)])
    assert f"/b/{own.brand.slug}/posts/{own.full.pk}/" in pages
    ids = [str(row.pk) for model in owned_models() for row in other.rows(model)]
    for url, page in pages.items():
        # What somebody asks for stands in their own search box.
        assert CANARY not in page.replace(url, ""), url
        assert not [pk for pk in ids if pk in page and pk not in url], url


def prying(own, other):
    """Addresses under one's own brand that ask for things of the other."""
    board = f"/b/{own.brand.slug}/"
    flights = Flight.objects.filter(brand=other.brand)
    campaign = Campaign.objects.filter(brand=other.brand).first()
    yield f"/b/{other.brand.slug}/"
    for run in other.rows(ImportRun):
        yield f"{board}findings/?import={run.pk}"
        yield f"{board}findings.txt?import={run.pk}"
    for post in apps.get_model("posts", "Post").objects.filter(brand=other.brand):
        yield f"{board}posts/{post.pk}/"
        yield f"{board}audit/?thing={post.pk}"
        yield f"/b/{other.brand.slug}/posts/{post.pk}/"
        yield f"{board}?section=inventory&after={Cursor(0, post.pk)}"
    for flight in flights:
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
