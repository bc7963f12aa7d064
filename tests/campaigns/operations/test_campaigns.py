"""Campaigns: added and edited."""

import pytest

from brands.operations.edits import Edit, NotAMemberError, OtherBrandError
from campaigns.models import Campaign
from campaigns.operations.campaigns import (
    CampaignDraft,
    DuplicateCampaignError,
    add_campaigns,
    edit_campaigns,
)
from tests.audit import changes, entries
from tests.factories import UserFactory
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def add(world, *names):
    return add_campaigns(drafts=[CampaignDraft(name) for name in names], **world.by)


def stored(campaign):
    return Campaign.objects.get(pk=campaign.pk)


def test_a_campaign_keeps_what_is_said(world):
    buyer = world.member()
    (row,) = add_campaigns(drafts=[CampaignDraft("BFCM", "sales", buyer)], **world.by)
    row = stored(row)
    assert (row.name, row.objective, row.buyer, row.created_at) == ("BFCM", "sales", buyer, NOW)
    assert changes(world.brand, "campaign.added") == [({}, {"name": "BFCM", "buyer": str(buyer.pk)})]


def test_a_name_is_there_once_in_a_brand(world):
    with pytest.raises(DuplicateCampaignError, match="BFCM is there twice"):
        add(world, "Q4", "BFCM", "BFCM")
    assert not Campaign.objects.exists()
    q4, bfcm = add(world, "Q4", "BFCM")
    with pytest.raises(DuplicateCampaignError, match="called Q4 already") as refused:
        add(world, "New", "Q4")
    assert refused.value.field == "name"
    for edits in (
        [Edit(q4, {"objective": "x"}), Edit(bfcm, {"name": "Q4"})],
        [Edit(q4, {"name": "X"}), Edit(bfcm, {"name": "X"})],
        [Edit(q4, {"name": "BFCM"}), Edit(bfcm, {"name": "Q4"})],
    ):
        with pytest.raises(DuplicateCampaignError):
            edit_campaigns(edits=edits, **world.by)
    assert (stored(q4).name, stored(q4).objective, stored(bfcm).name) == ("Q4", "", "BFCM")
    assert add(World(), "Q4")


def test_campaigns_are_edited_and_noted(world):
    q4, bfcm = add(world, "Q4", "BFCM")
    edits = [Edit(q4, {"name": "Q4", "objective": "sales"}), Edit(bfcm, {"name": "BFCM"})]
    assert edit_campaigns(edits=edits, **world.by) == [q4]
    assert changes(world.brand, "campaign.edited") == [({"objective": ""}, {"objective": "sales"})]


def test_a_buyer_is_a_member(world):
    (q4,) = add(world, "Q4")
    for stranger in (UserFactory(), World().member()):
        with pytest.raises(NotAMemberError):
            add_campaigns(drafts=[CampaignDraft("New"), CampaignDraft("BFCM", buyer=stranger)], **world.by)
        with pytest.raises(NotAMemberError):
            edit_campaigns(edits=[Edit(q4, {"buyer": stranger})], **world.by)
    assert list(Campaign.objects.values_list("name", "buyer")) == [("Q4", None)]


def test_other_brands_and_other_fields_are_refused(world):
    (q4,), (foreign,) = add(world, "Q4"), add(World(), "Q4")
    with pytest.raises(OtherBrandError):
        edit_campaigns(edits=[Edit(q4, {"objective": "x"}), Edit(foreign, {"objective": "x"})], **world.by)
    with pytest.raises(ValueError, match="Not edited here: brand"):
        edit_campaigns(edits=[Edit(q4, {"objective": "x", "brand": foreign.brand})], **world.by)
    assert (stored(q4).objective, stored(foreign).objective) == ("", "")


def test_nothing_is_a_sequence_too(world):
    assert add(world) == edit_campaigns(edits=[], **world.by) == []
    assert entries(world.brand) == []


def test_sixty_campaigns_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    buyers = [world.member(), world.member()]

    def queries(number):
        drafts = [CampaignDraft(f"{number} {n}", buyer=buyers[0]) for n in range(number)]
        with django_assert_max_num_queries(1000) as counted:
            rows = add_campaigns(drafts=drafts, **world.by)
            edit_campaigns(edits=[Edit(row, {"buyer": buyers[1]}) for row in rows], **world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    assert queries(60) == queries(3)
