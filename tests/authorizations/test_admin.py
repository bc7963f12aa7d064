"""Codes, rights, links and posts in the Django admin: the gaps follow, the audit knows, refusals stand in the form."""

from datetime import timedelta

import pytest

from authorizations.models import AccountLink, AuthorizationCode, CodeUse, PostGap, UsageRight
from authorizations.operations.gaps import differences
from authorizations.operations.links import LinkDraft, open_links
from authorizations.secrets import open_code, open_source_post_code
from authorizations.windows import Term
from brands.models import AuditEntry
from creators.models import Creator
from posts.models import Post
from posts.operations.briefs import add_briefs
from tests.adminpages import add_url, change_url, errors, saved, staff_client, submit
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


@pytest.fixture
def client():
    return staff_client()


@pytest.fixture
def world():
    return World()


def gaps(post):
    return set(PostGap.objects.filter(post=post).values_list("starts_at", "ends_at", "reasons"))


def proven(world):
    return differences(world.brand, Post.objects.values_list("pk", flat=True)) == []


def last_action():
    return AuditEntry.objects.latest("pk").action


def test_a_code_is_recorded_sealed_and_never_sent_back(client, world):
    post, code = world.post(), spark_code()
    typed = {"post": post, "code": f" {code} ", "starts_on": TODAY, "window_days": 30}
    assert saved(submit(client, add_url(AuthorizationCode), **typed, source_post_code="#abc123def456ghi="))
    row = AuthorizationCode.objects.get()
    assert (open_code(row), open_source_post_code(row)) == (code, "#abc123def456ghi=")
    assert (row.starts_on, row.window_days, row.end_source) == (TODAY, 30, "computed")
    assert (NOW.replace(hour=0, minute=0), NOW.replace(hour=0, minute=0) + 30 * DAY, "no_rights") in gaps(
        post
    )
    assert proven(world)
    entry = AuditEntry.objects.get(action="code.recorded")
    assert code not in str(entry.after)

    refused = submit(client, add_url(AuthorizationCode), post=post, code=spark_code(5), starts_on=TODAY)
    assert "for how many days" in str(errors(refused))
    assert spark_code(5) not in refused.content.decode()


def test_a_code_of_another_post_or_no_code_is_said_in_the_form(client, world):
    taken, other = world.post(title="First"), world.post()
    world.code(taken, NOW, code=spark_code(7))
    typed = {"post": other, "starts_on": TODAY, "window_days": 30}
    refused = submit(client, add_url(AuthorizationCode), code=spark_code(7), **typed)
    assert "another post: First" in errors(refused)["code"][0]
    assert "masked" in str(errors(submit(client, add_url(AuthorizationCode), code="…k2Y=", **typed)))
    assert AuthorizationCode.objects.count() == 1


def test_a_row_of_another_brand_is_said_in_the_form(client, world):
    post, foreign = world.post(), World()
    code = foreign.code(foreign.post(), NOW)
    typed = {"post": post, "code": spark_code(), "starts_on": TODAY, "window_days": 30, "supersedes": code}
    assert "does not belong" in str(errors(submit(client, add_url(AuthorizationCode), **typed)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"window_days": 60}, (NOW + 60 * DAY, "computed", "code.corrected")),
        ({"starts_at": NOW - DAY}, (NOW + 29 * DAY, "computed", "code.corrected")),
        (
            {"expires_at": NOW + 7 * DAY, "end_source": "creator"},
            (NOW + 7 * DAY, "creator", "code.corrected"),
        ),
        ({"expires_at": NOW + 31 * DAY, "end_source": "tiktok"}, (NOW + 31 * DAY, "tiktok", "code.verified")),
        ({"end_source": "sheet"}, (NOW + 30 * DAY, "sheet", "code.corrected")),
    ],
    ids=["days", "start", "end", "verified", "source only"],
)
def test_another_window_of_a_code_moves_the_gaps(client, world, changes, expected):
    ends_at, source, action = expected
    post = world.post()
    code = world.code(post, NOW)
    assert saved(submit(client, change_url(code), **changes))
    code.refresh_from_db()
    assert (code.expires_at, code.end_source) == (ends_at, source)
    assert (ends_at, None, "code_expired,no_rights") in gaps(post)
    assert proven(world)
    assert last_action() == action


def test_a_code_is_revoked_later_than_thought_and_not_at_all(client, world):
    post = world.post()
    code = world.code(post, NOW)
    for at in (NOW + 3 * DAY, NOW + 5 * DAY):
        assert saved(submit(client, change_url(code), revoked_at=at))
        assert (at, None, "code_revoked,no_rights") in gaps(post)
    assert saved(submit(client, change_url(code), revoked_at=None))
    assert (NOW + 30 * DAY, None, "code_expired,no_rights") in gaps(post)
    assert proven(world)
    assert last_action() == "code.unrevoked"


def test_a_rejected_code_counts_as_not_on_file_until_an_end_is_read(client, world):
    post = world.post()
    code = world.code(post, NOW)
    assert saved(submit(client, change_url(code), rejected_error="Invalid code"))
    assert gaps(post) == {(None, None, "no_code,no_rights")}
    assert errors(submit(client, change_url(code), rejected_error=""))["rejected_error"]
    assert saved(submit(client, change_url(code), end_source="ads_manager"))
    assert (NOW + 30 * DAY, None, "code_expired,no_rights") in gaps(post)
    assert proven(world)


def test_a_window_that_is_none_is_refused_and_nothing_is_written(client, world):
    post = world.post()
    code = world.code(post, NOW)
    before, entries = gaps(post), AuditEntry.objects.count()
    refused = submit(client, change_url(code), expires_at=NOW - DAY, revoked_at=NOW)
    assert errors(refused)
    assert gaps(post) == before
    assert AuditEntry.objects.count() == entries


def test_a_code_is_taken_to_an_ad_account_once(client, world):
    code, account = world.code(world.post(), NOW), world.account()
    assert saved(submit(client, add_url(CodeUse), code=code, ad_account=account))
    use = CodeUse.objects.get()
    assert (use.by.email, use.brand) == ("root@example.com", world.brand)
    assert errors(submit(client, add_url(CodeUse), code=code, ad_account=account))
    assert saved(submit(client, add_url(CodeUse), code=code))
    assert errors(submit(client, add_url(CodeUse), code=code))


def test_the_end_of_a_right_moves_the_gaps(client, world):
    post = world.post()
    world.code(post, NOW, days=365)
    right = world.right(TODAY - 10 * DAY, TODAY + 20 * DAY, post=post)
    for days in (50, 4, 60):
        assert saved(submit(client, change_url(right), ends_on=TODAY + days * DAY))
        end = NOW.replace(hour=0, minute=0) + (days + 1) * DAY
        assert (end, NOW + 365 * DAY, "rights_expired") in gaps(post)
        assert proven(world)
    assert {entry.action for entry in AuditEntry.objects.filter(object_id=right.pk)} == {
        "right.granted",
        "right.extended",
        "right.ended",
    }


def test_a_right_that_was_not_stated_becomes_perpetual_and_is_no_longer_paid(client, world):
    post = world.post()
    world.code(post, NOW)
    right = world.right(TODAY, post=post)
    assert saved(submit(client, change_url(right), perpetual=True, channels="TikTok, Meta"))
    right.refresh_from_db()
    assert (right.perpetual, right.channels) == (True, ["TikTok", "Meta"])
    assert saved(submit(client, change_url(right), paid_amplification=False))
    assert (NOW, NOW + 30 * DAY, "paid_not_allowed") in gaps(post)
    assert proven(world)


def test_a_right_is_granted_on_one_thing_and_begins_when_its_trigger_happens(client, world):
    (brief,) = add_briefs(drafts=[{"title": "Gifting"}], **world.by)
    post = world.post(brief=brief)
    world.code(post, NOW)
    typed = {"trigger": "delivery", "term_days": 10, "paid_amplification": True}
    assert errors(submit(client, add_url(UsageRight), **typed))
    assert errors(submit(client, add_url(UsageRight), **typed, brief=brief, post=post))
    assert errors(submit(client, add_url(UsageRight), **typed, brief=brief, ends_on=TODAY))
    assert saved(submit(client, add_url(UsageRight), **typed, brief=brief))
    right = UsageRight.objects.get()
    assert (NOW, NOW + 30 * DAY, "no_rights") in gaps(post)
    assert saved(submit(client, change_url(right), starts_on=TODAY))
    midnight = NOW.replace(hour=0, minute=0)
    assert (midnight + 10 * DAY, NOW + 30 * DAY, "rights_expired") in gaps(post)
    assert errors(submit(client, change_url(right), starts_on=None))["starts_on"]
    assert proven(world)


def test_the_start_of_a_fixed_right_is_only_shown(client, world):
    right = world.right(TODAY, term=Term(days=30), post=world.post())
    form = client.get(change_url(right)).context["adminform"].form
    assert "starts_on" not in form.fields
    assert "brand" not in form.fields


def test_a_link_opens_the_posts_of_its_creator_and_closes_them(client, world):
    creator, account = world.creator(), world.account()
    post = world.post(creator)
    assert saved(submit(client, change_url(post), method="linked_account"))
    assert saved(submit(client, add_url(AccountLink), creator=creator, ad_account=account, starts_at=NOW))
    link = AccountLink.objects.get()
    assert gaps(post) == {(None, NOW, "code_not_started,no_rights"), (NOW, None, "no_rights")}
    assert errors(submit(client, change_url(link), ends_at=NOW - DAY))
    assert saved(submit(client, change_url(link), ends_at=NOW + DAY))
    assert (NOW + DAY, None, "code_expired,no_rights") in gaps(post)
    assert errors(submit(client, change_url(link), ends_at=None))["ends_at"]
    assert proven(world)


def test_a_second_open_link_is_said_in_the_form(client, world):
    creator, account = world.creator(), world.account()
    open_links(drafts=[LinkDraft(creator, account, NOW)], **world.by)
    assert errors(submit(client, add_url(AccountLink), creator=creator, ad_account=account, starts_at=NOW))


def test_a_post_is_added_with_its_gaps(client, world):
    creator = world.creator()
    typed = {"creator": creator, "title": "New", "tiktok_post_id": "7301184422019655681"}
    assert saved(submit(client, add_url(Post), **typed))
    post = Post.objects.get()
    assert post.posted_at.year == 2023
    assert gaps(post) == {(None, None, "no_code,no_rights")}
    assert last_action() == "post.added"
    assert errors(submit(client, add_url(Post), **typed))
    assert Post.objects.count() == 1


def test_a_post_that_is_gone_and_back_moves_its_gaps(client, world):
    post = world.post()
    assert saved(submit(client, change_url(post), unavailable_from=NOW, title="Gone"))
    assert (NOW, None, "no_code,no_rights,post_unavailable") in gaps(post)
    assert {e.action for e in AuditEntry.objects.filter(object_id=post.pk)} == {
        "post.added",
        "post.edited",
        "post.gone",
    }
    assert saved(submit(client, change_url(post), unavailable_from=None))
    assert gaps(post) == {(None, None, "no_code,no_rights")}
    assert last_action() == "post.back"


def test_a_post_with_another_brief_has_its_rights(client, world):
    (brief,) = add_briefs(drafts=[{"title": "Gifting"}], **world.by)
    world.right(TODAY - 10 * DAY, brief=brief)
    post = world.post()
    world.code(post, NOW)
    assert saved(submit(client, change_url(post), brief=brief))
    assert (NOW + 30 * DAY, None, "code_expired") in gaps(post)
    assert proven(world)


def test_the_brands_own_account_needs_neither_code_nor_rights(client, world):
    creator = world.creator()
    post = world.post(creator)
    assert saved(submit(client, change_url(creator), own_account=True, display_name="Us"))
    assert gaps(post) == set()
    assert Creator.objects.get().display_name == "Us"
    assert proven(world)
    assert AuditEntry.objects.filter(action="creator.own_account_set").count() == 1


def test_an_instant_keeps_its_seconds_when_another_field_is_typed(client, world):
    start = NOW + timedelta(seconds=7)
    code = world.code(world.post(), start)
    assert saved(submit(client, change_url(code), end_source="creator"))
    code.refresh_from_db()
    assert code.starts_at == start
