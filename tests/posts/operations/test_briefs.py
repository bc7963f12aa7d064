"""What creators are asked to make."""

import pytest

from brands.operations.edits import Edit, OtherBrandError
from posts.models import Brief
from posts.operations.briefs import DuplicateBriefError, UsageDaysError, add_briefs, edit_briefs
from tests.audit import changes
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def briefs(world, *titles):
    return add_briefs(drafts=[{"title": title} for title in titles], **world.by)


def stored(row):
    return type(row).objects.get(pk=row.pk)


def test_a_brief_keeps_what_is_said(world):
    draft = {"title": "Glow", "product_truth": "It glows", "usage_days": 90, "usage_paid": True}
    (brief,) = add_briefs(drafts=[draft], **world.by)
    assert {name: getattr(stored(brief), name) for name in draft} == draft
    assert changes(world.brand, "brief.added") == [({}, draft)]


def test_a_title_is_there_once_in_a_brand(world):
    with pytest.raises(DuplicateBriefError, match="Glow is there twice"):
        briefs(world, "Shine", "Glow", "Glow")
    assert not Brief.objects.exists()
    glow, shine = briefs(world, "Glow", "Shine")
    with pytest.raises(DuplicateBriefError, match="called Glow already") as refused:
        briefs(world, "New", "Glow")
    assert refused.value.field == "title"
    for edits in (
        [Edit(shine, {"title": "Glow"})],
        [Edit(shine, {"title": "X"}), Edit(glow, {"title": "X"})],
        [Edit(shine, {"title": "Glow"}), Edit(glow, {"title": "Shine"})],
    ):
        with pytest.raises(DuplicateBriefError):
            edit_briefs(edits=edits, **world.by)
    assert (stored(glow).title, stored(shine).title) == ("Glow", "Shine")
    assert Brief.objects.count() == 2
    assert briefs(World(), "Glow")


@pytest.mark.parametrize("days", [0, -1, 36_501, 2**63])
def test_a_brief_asks_for_usage_of_a_possible_length(world, days):
    with pytest.raises(UsageDaysError) as refused:
        add_briefs(drafts=[{"title": "Glow", "usage_days": days}], **world.by)
    assert refused.value.field == "usage_days"
    (brief,) = briefs(world, "Glow")
    with pytest.raises(UsageDaysError):
        edit_briefs(edits=[Edit(brief, {"usage_days": days})], **world.by)
    assert stored(brief).usage_days is None


def test_briefs_are_edited_and_noted(world):
    glow, shine = briefs(world, "Glow", "Shine")
    edits = [Edit(glow, {"title": "Glow", "usage_days": 30}), Edit(shine, {"title": "Shine"})]
    assert edit_briefs(edits=edits, **world.by) == [glow]
    assert changes(world.brand, "brief.edited") == [({"usage_days": None}, {"usage_days": 30})]


def test_other_fields_and_other_brands_are_refused(world):
    (glow,) = briefs(world, "Glow")
    (foreign,) = briefs(World(), "Glow")
    with pytest.raises(ValueError, match="Not edited here: brand"):
        add_briefs(drafts=[{"title": "X", "brand": foreign.brand}], **world.by)
    with pytest.raises(ValueError, match="Not edited here: created_at"):
        edit_briefs(edits=[Edit(glow, {"created_at": NOW})], **world.by)
    with pytest.raises(OtherBrandError):
        edit_briefs(edits=[Edit(glow, {"title": "X"}), Edit(foreign, {"title": "Y"})], **world.by)
    assert stored(glow).title == "Glow"
