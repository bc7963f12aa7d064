"""The one way to edit rows: as they are now, of one brand, with one audit entry a change."""

from datetime import UTC, datetime

import pytest

from brands.enums import Role
from brands.models import AdAccount, AuditEntry, Membership
from brands.operations.audit import Change, plain, record_changes
from brands.operations.edits import (
    Edit,
    NotAMemberError,
    OtherBrandError,
    edit_rows,
    edit_stored,
    locked,
    refuse_others,
    require_brand,
    require_members,
    reread,
    rows_with,
)
from campaigns.models import Campaign, Flight
from creators.models import Creator
from posts.models import Post
from sparktrack.core.actors import Actor, ActorKind, system_actor
from tests.factories import AdAccountFactory, BrandFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BY = {"now": NOW, "actor": system_actor("test")}


def edit(brand, edits, function=edit_stored, editable=frozenset({"name", "currency"}), model=AdAccount):
    return function(model, brand=brand, edits=edits, editable=editable, action="thing.edited", **BY)


def stored(row):
    return type(row).objects.get(pk=row.pk)


def test_only_what_differs_is_written_and_noted():
    account = AdAccountFactory(name="Old", currency="USD")
    assert edit(account.brand, [Edit(account, {"name": "New", "currency": "USD"})]) == [account]
    assert (stored(account).name, stored(account).currency) == ("New", "USD")
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"name": "Old"}, {"name": "New"})
    assert (entry.action, entry.object_kind, entry.object_id) == ("thing.edited", "adaccount", account.pk)
    assert edit(account.brand, [Edit(account, {"name": "New"})]) == []
    assert AuditEntry.objects.count() == 1


def test_no_edits_ask_and_write_nothing():
    brand = BrandFactory()
    assert edit(brand, []) == edit(brand, [], edit_rows) == []
    assert not AuditEntry.objects.exists()


def test_a_row_loaded_before_somebody_elses_change_takes_nothing_back():
    first = AdAccountFactory(name="A")
    second = AdAccountFactory(brand=first.brand, name="B")
    AdAccount.objects.filter(pk=first.pk).update(currency="EUR")  # somebody else, after we loaded it
    edit(first.brand, [Edit(first, {"name": "A2"}), Edit(second, {"currency": "GBP"})])
    assert (stored(first).name, stored(first).currency) == ("A2", "EUR")
    assert (stored(second).name, stored(second).currency) == ("B", "GBP")


def test_the_audit_tells_the_value_that_was_there_not_the_one_that_was_loaded():
    account = AdAccountFactory(name="Loaded")
    AdAccount.objects.update(name="Now")
    edit(account.brand, [Edit(account, {"name": "New"})])
    assert AuditEntry.objects.get().before == {"name": "Now"}
    edit(account.brand, [Edit(account, {"name": "Loaded"})])  # what ``account`` still says
    assert stored(account).name == "Loaded"


def test_two_edits_of_one_row_follow_each_other():
    account = AdAccountFactory(name="A")
    changed = edit(
        account.brand, [Edit(account, {"name": "B"}), Edit(account, {"name": "C", "currency": "EUR"})]
    )
    assert changed == [account]
    assert (stored(account).name, stored(account).currency) == ("C", "EUR")
    assert list(AuditEntry.objects.order_by("pk").values_list("before", "after")) == [
        ({"name": "A"}, {"name": "B"}),
        ({"name": "B", "currency": ""}, {"name": "C", "currency": "EUR"}),
    ]


def test_a_field_that_may_not_be_edited_is_a_bug_and_nothing_is_written():
    account = AdAccountFactory(name="A")
    edits = [Edit(account, {"name": "B"}), Edit(account, {"brand": BrandFactory(), "time_zone": "UTC"})]
    with pytest.raises(ValueError, match="Not edited here: brand, time_zone"):
        edit(account.brand, edits)
    assert stored(account).name == "A"
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("function", [edit_stored, edit_rows])
def test_a_row_of_another_brand_is_refused_and_nothing_is_written(function):
    ours, theirs = AdAccountFactory(name="A"), AdAccountFactory(name="A")
    with pytest.raises(OtherBrandError):
        edit(ours.brand, [Edit(ours, {"name": "B"}), Edit(theirs, {"name": "B"})], function)
    assert (stored(ours).name, stored(theirs).name) == ("A", "A")


def test_a_row_that_lies_about_its_brand_is_refused_all_the_same():
    ours, theirs = AdAccountFactory(name="A"), AdAccountFactory(name="A")
    theirs.brand = ours.brand
    with pytest.raises(OtherBrandError):
        edit(ours.brand, [Edit(theirs, {"name": "B"})])


def test_a_value_that_is_a_row_of_another_brand_is_refused_and_nothing_is_written():
    ours, theirs = AdAccountFactory(), AdAccountFactory()
    campaign = Campaign.objects.create(brand=ours.brand, name="BFCM", created_at=NOW)
    creator = Creator.objects.create(brand=ours.brand, handle="maya", created_at=NOW)
    post = Post.objects.create(brand=ours.brand, creator=creator, created_at=NOW)
    flight = Flight.objects.create(brand=ours.brand, post=post, campaign=campaign, created_at=NOW)
    for function in (edit_stored, edit_rows):
        with pytest.raises(OtherBrandError):
            edit(
                ours.brand,
                [Edit(flight, {"ad_name": "x", "ad_account": theirs})],
                function,
                frozenset({"ad_name", "ad_account"}),
                Flight,
            )
    assert (stored(flight).ad_name, stored(flight).ad_account) == ("", None)
    assert not AuditEntry.objects.exists()


def test_a_row_that_is_gone_is_refused():
    account = AdAccountFactory()
    AdAccount.objects.all().delete()
    with pytest.raises(OtherBrandError):
        edit(account.brand, [Edit(account, {"name": "B"})])


def test_a_related_row_is_compared_by_its_id_without_a_query(
    django_assert_num_queries, django_assert_max_num_queries
):
    membership, deputy = MembershipFactory(deputy=UserFactory()), UserFactory()
    row = Membership.objects.select_related("user", "brand").get(pk=membership.pk)
    edits = [Edit(row, {"deputy": deputy})]
    with django_assert_max_num_queries(10) as counted:
        edit(membership.brand, edits, edit_rows, frozenset({"deputy"}), Membership)
    assert not [query for query in counted.captured_queries if query["sql"].startswith("SELECT")]
    assert AuditEntry.objects.get().after == {"deputy": str(deputy.pk)}
    with django_assert_num_queries(0):
        assert edit(membership.brand, edits, edit_rows, frozenset({"deputy"}), Membership) == []


def test_rows_of_one_brand_and_nothing_pass():
    account = AdAccountFactory()
    require_brand(account.brand)
    require_brand(account.brand, None, account)
    with pytest.raises(OtherBrandError):
        require_brand(account.brand, account, AdAccountFactory())


def test_members_and_nobody_pass(django_assert_num_queries):
    membership = MembershipFactory(role=Role.VIEWER)
    brand, stranger = membership.brand, MembershipFactory().user
    with django_assert_num_queries(0):
        require_members(brand, [None, None], field="buyer")
    with django_assert_num_queries(1):
        require_members(brand, [None, membership.user, membership.user], field="buyer")
    with pytest.raises(NotAMemberError, match=str(stranger)) as refused:
        require_members(brand, [membership.user, stranger], field="buyer")
    assert refused.value.field == "buyer"


def test_names_outside_a_list_are_told_in_order():
    refuse_others({"a": 1}, frozenset("ab"))
    with pytest.raises(ValueError, match="Not edited here: x, y"):
        refuse_others({"y": 1, "a": 1, "x": 1}, frozenset("ab"))


def test_the_lock_gives_the_brand_as_it_is_now():
    brand = BrandFactory(time_zone="UTC")
    type(brand).objects.update(time_zone="Asia/Tokyo")
    with locked(brand) as current:
        assert (current, current.time_zone, brand.time_zone) == (brand, "Asia/Tokyo", "UTC")


def test_more_rows_than_fit_in_a_query_are_found():
    brand = BrandFactory()
    AdAccount.objects.bulk_create(AdAccountFactory.build_batch(2000, brand=brand))
    AdAccountFactory(name="elsewhere")
    rows = list(AdAccount.objects.for_brand(brand))
    assert set(reread(AdAccount, brand, rows)) == {row.pk for row in rows}
    names = [*(row.name for row in rows), "elsewhere", "nowhere"]
    assert len(list(rows_with(AdAccount, brand, "name", names))) == 2000
    assert list(rows_with(AdAccount, brand, "name", [])) == []
    assert list(rows_with(AdAccount, brand, "name", names, currency="EUR")) == []


# --- the audit ---------------------------------------------------------------------------------------------------
def test_an_entry_says_who_from_where_and_when():
    account = AdAccountFactory(name="x" * 120)
    user = UserFactory()
    actor = Actor(ActorKind.USER, id=str(user.pk), label=user.email, ip="192.0.2.7", request_id="r-1")
    record_changes(account.brand, [Change("thing.done", account)], now=NOW, actor=actor)
    entry = AuditEntry.objects.get()
    assert (entry.brand, entry.at, entry.actor_kind, entry.actor_id) == (
        account.brand,
        NOW,
        "user",
        str(user.pk),
    )
    assert (entry.actor_label, entry.ip, entry.request_id) == (user.email, "192.0.2.7", "r-1")
    assert (entry.object_label, entry.before, entry.after) == ("x" * 120, {}, {})


def test_values_are_kept_as_json_can_hold_them():
    brand = BrandFactory()
    values = {
        "row": brand,
        "id": brand.pk,
        "instant": NOW,
        "day": NOW.date(),
        "list": [NOW.date(), brand, (1, None)],
        "role": Role.ADMIN,
        "no": None,
        "yes": True,
    }
    record_changes(brand, [Change("thing.done", brand, after=values)], now=NOW, actor=BY["actor"])
    assert AuditEntry.objects.get().after == {
        "row": str(brand.pk),
        "id": str(brand.pk),
        "instant": "2026-11-21T12:00:00+00:00",
        "day": "2026-11-21",
        "list": ["2026-11-21", str(brand.pk), [1, None]],
        "role": "admin",
        "no": None,
        "yes": True,
    }
    assert plain("text") == "text"


def test_a_long_label_is_cut_to_its_column():
    brand = BrandFactory()
    campaign = Campaign(brand=brand, name="y" * 300)
    record_changes(brand, [Change("campaign.dreamt", campaign)], now=NOW, actor=BY["actor"])
    assert AuditEntry.objects.get().object_label == "y" * 254
