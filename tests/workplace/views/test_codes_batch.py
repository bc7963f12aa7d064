"""The buyer's batch: the next codes for an account, copied together, noted with the end that Ads Manager shows."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from authorizations.enums import EndSource
from authorizations.models import AuthorizationCode, CodeUse
from authorizations.operations.codes import Use, mark_applied, revoke_codes
from brands.enums import Role
from tests.audit import entries
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db

SECRET = spark_code(4711)
HTMX = {"HTTP_HX_REQUEST": "true"}
PLAIN = {"HTTP_ACCEPT": "text/plain"}


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


class Scene(World):
    """A brand whose buyer works in one account."""

    def __init__(self, **brand):
        super().__init__(**brand)
        self.ad_account = self.account(time_zone="America/New_York")
        self.buyer = self.member(Role.BUYER)
        self.client = client_of(self.buyer)
        self.url = reverse("code-batch", args=[self.brand.slug]) + f"?account={self.ad_account.pk}"

    def waiting(self, title, *, starts=3, code=None, **flight):
        """A code of 30 days for a post with a flight in the account."""
        post = self.post(title=title)
        self.flight(
            post, self.day(starts), self.day(starts + 20), **{"ad_account": self.ad_account, **flight}
        )
        return self.code(post, NOW - DAY, 30, code=code or spark_code())

    def titles(self, **query):
        """The posts of the batch, in order."""
        return [line.code.post.title for line in self.client.get(self.url, query).context["batch"].lines]


@pytest.fixture
def scene():
    return Scene()


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_codes_of_the_next_flights_come_first_and_only_those_that_are_not_applied_here(scene):
    scene.waiting("Later", starts=9)
    scene.waiting("Sooner", starts=2)
    scene.waiting("Anywhere", starts=5, ad_account=None)
    scene.waiting("Elsewhere", ad_account=scene.account())
    mark_applied(uses=[Use(scene.waiting("Applied"), scene.ad_account)], **scene.by)
    revoke_codes(codes=[scene.waiting("Revoked")], at=NOW, **scene.by)
    old = scene.waiting("Replaced", starts=7)
    scene.code(old.post, NOW, supersedes=old)
    scene.waiting("Over", starts=-40)
    scene.code(scene.post(title="No flight"), NOW)
    assert scene.titles() == ["Sooner", "Anywhere", "Replaced", "Later"]
    page = scene.client.get(scene.url)
    assert "0 applied today, 4 to go" in text(page)
    assert old.ending not in [line.code.ending for line in page.context["batch"].lines]
    anything = scene.client.get(scene.url + "&posts=any").context["batch"]
    assert "No flight" in [line.code.post.title for line in anything.lines]
    assert anything.left == 7


def test_enter_confirms_the_date_and_another_date_corrects_it(scene):
    first, second = scene.waiting("One", starts=1), scene.waiting("Two", starts=2)
    (line, _) = scene.client.get(scene.url).context["batch"].lines
    assert line.ends_on == date(2026, 12, 20)
    answer = scene.client.post(scene.url, {"code": first.pk, "ends_on": "2026-12-20"})
    assert answer.status_code == 302
    first.refresh_from_db()
    assert (first.end_source, first.expires_at, first.last_checked_at) == (
        EndSource.ADS_MANAGER,
        NOW + 29 * DAY,
        NOW,
    )
    use = CodeUse.objects.get(code=first)
    assert (use.ad_account, use.by) == (scene.ad_account, scene.buyer)
    page = scene.client.get(answer["Location"])
    assert "1 applied today, 1 to go" in text(page)
    assert re.search(r"ends-[^>]+autofocus", page.content.decode())
    answer = scene.client.post(scene.url, {"code": second.pk, "ends_on": "2027-01-02"}, **HTMX)
    assert "Applied, ends Sat 2 Jan 2027, not Sun 20 Dec" in text(answer)
    assert "2 applied today, 0 to go" in text(answer)
    second.refresh_from_db()
    assert (second.expires_at, second.end_source) == (NOW + 42 * DAY, "ads_manager")
    assert len(entries(scene.brand, "code.verified")) == 2
    assert "Nothing waits for" in text(scene.client.get(scene.url))


def test_a_refused_date_stays_beside_its_line(scene):
    code = scene.waiting("One")
    for typed, words in (
        ("", "Say which day."),
        ("soon", "This is not a day."),
        ("2026-11-01", "ends before"),
    ):
        answer = scene.client.post(scene.url, {"code": code.pk, "ends_on": typed})
        assert answer.status_code == 422
        assert words in text(answer)
        assert f'value="{typed}"' in answer.content.decode()
    answer = scene.client.post(scene.url, {"code": code.pk, "ends_on": "2026-11-01"}, **HTMX)
    assert (answer.status_code, "<html" in answer.content.decode()) == (422, False)
    assert not CodeUse.objects.exists()


def test_all_codes_are_copied_at_once_one_a_line_and_it_is_noted(scene):
    first, second = scene.waiting("One", starts=1, code=SECRET), scene.waiting("Two", starts=2)
    page = scene.client.get(scene.url)
    assert SECRET[1:] not in page.content.decode()
    copy = reverse("copy-batch", args=[scene.brand.slug]) + f"?account={scene.ad_account.pk}"
    answer = scene.client.post(copy, {"code": [first.pk, second.pk]}, **PLAIN)
    lines = answer.content.decode().split("\n")
    assert (lines[0], len(lines)) == (SECRET, 2)
    assert "no-store" in answer["Cache-Control"]
    assert len(entries(scene.brand, "code.copied")) == 2
    whole = scene.client.post(copy, {"code": [first.pk]})
    assert whole.content.decode().count(SECRET) == 1
    assert "no-store" in whole["Cache-Control"]
    for _ in range(8):
        scene.client.post(copy, {"code": [first.pk]}, **PLAIN)
    refused = scene.client.post(copy, {"code": [first.pk]}, **PLAIN)
    assert (refused.status_code, SECRET in refused.content.decode()) == (429, False)


def test_nothing_of_another_brand_is_copied_or_applied(scene):
    other = Scene()
    code = other.waiting("Foreign", code=SECRET)
    copy = reverse("copy-batch", args=[scene.brand.slug]) + f"?account={scene.ad_account.pk}"
    for ids in ([code.pk], [scene.waiting("Own").pk, code.pk], ["x"], []):
        answer = scene.client.post(copy, {"code": ids}, **PLAIN)
        assert (answer.status_code, SECRET in answer.content.decode()) == (422, False)
    answer = scene.client.post(scene.url, {"code": code.pk, "ends_on": "2026-12-20"})
    assert (answer.status_code, "Foreign" in text(answer)) == (422, False)
    foreign = scene.url.split("=")[0] + f"={other.ad_account.pk}"
    assert scene.client.get(foreign).status_code == 404
    assert not CodeUse.objects.exists()


def test_the_account_is_chosen_where_there_are_several(scene):
    base = scene.url.split("?")[0]
    assert scene.client.get(base).context["account"] == scene.ad_account
    scene.account(name="Second")
    page = scene.client.get(base)
    assert "Choose the ad account" in text(page)
    assert scene.client.post(base, {}).status_code == 422
    assert "No ad account yet" in text(
        client_of((bare := World()).member(Role.BUYER)).get(reverse("code-batch", args=[bare.brand.slug]))
    )


@pytest.mark.parametrize("number", [1, 3, 20])
def test_the_batch_takes_the_same_queries_for_any_number_of_codes(
    scene, number, django_assert_max_num_queries
):
    posts = scene.posts(number)
    campaign = scene.campaign()
    for post in posts:
        scene.flight(post, scene.day(1), scene.day(20), campaign=campaign, ad_account=scene.ad_account)
    scene.codes(posts, NOW - timedelta(hours=5))
    with django_assert_max_num_queries(11):  # five of them for session, person, brand and header
        answer = scene.client.get(scene.url)
    assert AuthorizationCode.objects.count() == len(answer.context["batch"].lines) == number
    assert len(answer.content) < 60_000
