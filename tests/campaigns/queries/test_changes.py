"""What may have another answer since an instant: the same, whether few changes are named or many looked up."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.models import AccountLink, AuthorizationCode, UsageRight
from brands.models import AdAccount
from brands.operations.audit import Change, record_changes
from campaigns.models import Campaign, Flight
from campaigns.queries import changes as module
from campaigns.queries.changes import changed_campaigns, changed_flights, changed_posts
from creators.models import Creator
from posts.models import Brief, Post
from tests.world import World

pytestmark = pytest.mark.django_db

# How each kind of row is reached: which of the flights, posts and campaigns of "own" (that it hangs on) and "other".
REACHED = {
    Flight: ("own", "own", "own"),
    Post: ("own", "own", ""),
    Creator: ("own", "own", ""),
    Brief: ("own", "own", ""),
    AuthorizationCode: ("own", "own", ""),
    UsageRight: ("own", "own", ""),
    AccountLink: ("own", "own", ""),
    Campaign: ("own", "", "own"),
    AdAccount: ("own", "", ""),
}


class Scene:
    """Two flights that share nothing but the brand; then something is changed."""

    def __init__(self):
        self.world = World()
        self.since = self.world.now + timedelta(hours=1)
        self.own, self.other = self._flight(), self._flight()

    def _flight(self):
        world = self.world
        post, account = world.post(), world.account()
        post.brief = Brief.objects.create(brand=world.brand, title=f"For {post.pk}", created_at=world.now)
        post.save()
        AccountLink.objects.create(
            brand=world.brand,
            creator=post.creator,
            ad_account=account,
            starts_at=world.now,
            created_at=world.now,
        )
        world.code(post, world.now)
        for on in ({"post": post}, {"brief": post.brief}, {"creator": post.creator}):
            world.right(world.day(0), **on)
        return world.flight(post, world.day(0), world.day(9), ad_account=account)

    def rows(self, model):
        """The rows of the own flight, each of which changes its answer."""
        flight = self.own
        post = flight.post
        return {
            Flight: [flight],
            Post: [post],
            Creator: [post.creator],
            Brief: [post.brief],
            Campaign: [flight.campaign],
            AdAccount: [flight.ad_account],
            AuthorizationCode: AuthorizationCode.objects.filter(post=post),
            UsageRight: [
                UsageRight.objects.get(**on)
                for on in ({"post": post}, {"brief": post.brief}, {"creator": post.creator})
            ],
            AccountLink: AccountLink.objects.filter(creator=post.creator),
        }[model]

    def note(self, row, action="row.changed", after=timedelta(0)):
        """An entry of the audit about ``row``."""
        change = Change(action, row)
        record_changes(self.world.brand, [change], now=self.since + after, actor=self.world.actor)

    def found(self, since=None):
        """The flights, posts and campaigns, each as "own", "other" or both; and the statements of each."""
        names, sent = [], []
        for changed, model, of in (
            (changed_flights, Flight, lambda flight: flight),
            (changed_posts, Post, lambda flight: flight.post),
            (changed_campaigns, Campaign, lambda flight: flight.campaign),
        ):
            with CaptureQueriesContext(connection) as queries:
                rows = set(model.objects.filter(changed(self.world.brand, since=since or self.since)))
            names.append(" ".join(name for name in ("own", "other") if of(getattr(self, name)) in rows))
            sent.append(len(queries))
        return tuple(names), sent


@pytest.fixture(params=["named", "looked up"])
def scene(request, monkeypatch):
    if request.param == "looked up":
        monkeypatch.setattr(module, "MOST_NAMED", 0)
    return Scene()


def test_each_kind_of_row_is_a_change_of_what_hangs_on_it(scene):
    at = scene.since
    for model, reached in REACHED.items():
        for row in scene.rows(model):
            # A later entry hides none: each is looked for alone.
            scene.since += timedelta(hours=1)
            scene.note(row)
            found, sent = scene.found()
            assert found == reached, (model, row)
            assert max(sent) <= 3
    assert scene.found(at)[0] == ("own", "own", "own")


def test_what_was_changed_before_or_in_another_brand_counts_for_nothing(scene):
    elsewhere = Scene()
    elsewhere.note(elsewhere.own)
    scene.note(scene.own, after=-timedelta(microseconds=1))
    assert scene.found() == (("", "", ""), [1, 1, 1])


@pytest.mark.parametrize("action", ["brand.edited", "import.undone"])
def test_a_change_of_the_brand_and_an_undone_import_are_changes_of_everything(scene, action):
    row = scene.world.brand if action == "brand.edited" else scene.own.campaign
    scene.note(row, action)
    for number in range(3):
        scene.note(scene.own, after=timedelta(minutes=number))
    found, sent = scene.found()
    assert found == ("own other",) * 3
    assert max(sent) <= 3


def test_more_changes_than_are_named_are_looked_up(monkeypatch):
    monkeypatch.setattr(module, "MOST_NAMED", 2)
    scene = Scene()
    for number, row in enumerate((scene.own, scene.own.post, scene.other.post)):
        scene.note(row, after=timedelta(minutes=number))
        found, sent = scene.found()
        assert found[0] == ("own" if number < 2 else "own other")
        assert sent[0] == (2 if number < 2 else 3)
