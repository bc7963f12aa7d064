"""Creators: added, edited, renamed."""

import pytest
from django.db import connection

from brands.enums import Role
from brands.operations.edits import Edit, NotAMemberError, OtherBrandError
from creators.models import Creator
from creators.operations import (
    EDITABLE,
    CreatorDraft,
    DuplicateCreatorError,
    add_creators,
    edit_creators,
    rename_creator,
    rename_creators,
)
from sparktrack.tiktok.links import BadHandle
from tests.audit import changes, entries
from tests.factories import UserFactory
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


def add(world, *handles):
    return add_creators(drafts=[CreatorDraft(handle) for handle in handles], **world.by)


def stored(creator):
    return Creator.objects.get(pk=creator.pk)


# --- add ---------------------------------------------------------------------------------------------------------
def test_a_creator_keeps_what_is_said(world):
    manager = world.member(Role.MANAGER)
    details = {
        "display_name": "Maya",
        "email": "maya@example.com",
        "agent_name": "Ann",
        "agent_email": "ann@example.com",
        "country": "US",
        "language": "en",
        "time_zone": "America/New_York",
        "tags": ["hair"],
        "notes": "late riser",
        "manager": manager,
    }
    assert set(details) == EDITABLE
    (creator,) = add_creators(drafts=[CreatorDraft("maya", own_account=True, details=details)], **world.by)
    row = stored(creator)
    assert {name: getattr(row, name) for name in details} == details
    assert (row.handle, row.own_account, row.former_handles, row.created_at) == ("maya", True, [], NOW)
    assert changes(world.brand, "creator.added") == [({}, {"handle": "maya"})]


@pytest.mark.parametrize("typed", ["Maya.Glow", "@maya.glow", " https://www.tiktok.com/@Maya.Glow?lang=en "])
def test_a_handle_is_cleaned(world, typed):
    (creator,) = add(world, typed)
    assert creator.handle == "maya.glow"


@pytest.mark.parametrize("typed", ["", "two words", "https://example.com/@maya"])
def test_what_is_no_handle_is_refused_and_nothing_of_the_call_is_written(world, typed):
    with pytest.raises(BadHandle):
        add(world, "good", typed)
    assert not Creator.objects.exists()


def test_a_handle_is_there_once_in_a_brand_however_it_is_typed(world):
    with pytest.raises(DuplicateCreatorError, match="@maya is there twice"):
        add(world, "noah", "maya", "@MAYA")
    assert not Creator.objects.exists()
    add(world, "maya")
    with pytest.raises(DuplicateCreatorError, match="@maya is already on file") as refused:
        add(world, "noah", "Maya")
    assert refused.value.field == "handle"
    assert Creator.objects.count() == 1
    assert add(World(), "maya")


@pytest.mark.parametrize("name", ["brand", "handle", "own_account", "created_at", "id", "nonsense"])
def test_details_hold_details_only(world, name):
    with pytest.raises(ValueError, match=f"Not edited here: {name}"):
        add_creators(drafts=[CreatorDraft("maya", details={name: "x"})], **world.by)


def test_a_manager_is_a_member(world):
    for stranger in (UserFactory(), World().member()):
        with pytest.raises(NotAMemberError) as refused:
            add_creators(drafts=[CreatorDraft("maya", details={"manager": stranger})], **world.by)
        assert refused.value.field == "manager"
    assert not Creator.objects.exists()


def test_no_drafts_are_no_creators(world):
    assert add(world) == []
    assert entries(world.brand) == []


# --- edit --------------------------------------------------------------------------------------------------------
def test_creators_are_edited_and_noted(world):
    maya, noah = add(world, "maya", "noah")
    manager = world.member()
    edits = [Edit(maya, {"country": "GB", "manager": manager}), Edit(noah, {"country": ""})]
    assert edit_creators(edits=edits, **world.by) == [maya]
    assert (stored(maya).country, stored(maya).manager) == ("GB", manager)
    assert changes(world.brand, "creator.edited") == [
        ({"country": "", "manager": None}, {"country": "GB", "manager": str(manager.pk)})
    ]


def test_an_edit_is_refused_for_strangers_other_brands_and_other_fields(world):
    (maya,) = add(world, "maya")
    foreign = World().creator()
    for error, edit in (
        (NotAMemberError, Edit(maya, {"manager": UserFactory()})),
        (OtherBrandError, Edit(foreign, {"notes": "x"})),
        (ValueError, Edit(maya, {"own_account": True})),
        (ValueError, Edit(maya, {"handle": "x"})),
    ):
        with pytest.raises(error):
            edit_creators(edits=[Edit(maya, {"notes": "seen"}), edit], **world.by)
    assert stored(maya).notes == ""
    assert entries(world.brand, "creator.edited") == []


def test_a_manager_who_left_does_not_stop_other_edits(world):
    manager = world.member()
    (maya,) = add(world, "maya")
    edit_creators(edits=[Edit(maya, {"manager": manager})], **world.by)
    manager.memberships.all().delete()
    edit_creators(edits=[Edit(maya, {"notes": "x"})], **world.by)
    edit_creators(edits=[Edit(maya, {"manager": None})], **world.by)
    assert (stored(maya).notes, stored(maya).manager) == ("x", None)


# --- rename ------------------------------------------------------------------------------------------------------
def test_a_new_handle_keeps_the_old_one_among_the_former(world):
    (maya,) = add(world, "maya")
    assert rename_creator(creator=maya, handle="@Maya.Glow", **world.by).handle == "maya.glow"
    assert (stored(maya).handle, stored(maya).former_handles) == ("maya.glow", ["maya"])
    assert changes(world.brand, "creator.renamed") == [
        ({"handle": "maya", "former_handles": []}, {"handle": "maya.glow", "former_handles": ["maya"]})
    ]


def test_a_handle_that_comes_back_is_no_longer_a_former_one(world):
    (maya,) = add(world, "maya")
    for handle in ("b", "c", "maya"):  # ``maya`` stays as it was loaded: the file counts
        rename_creator(creator=maya, handle=handle, **world.by)
    assert (stored(maya).handle, stored(maya).former_handles) == ("maya", ["b", "c"])
    assert rename_creator(creator=maya, handle="maya", **world.by).former_handles == ["b", "c"]
    assert len(entries(world.brand, "creator.renamed")) == 3


def test_a_handle_of_somebody_else_is_refused(world):
    maya, _ = add(world, "maya", "noah")
    with pytest.raises(DuplicateCreatorError):
        rename_creator(creator=maya, handle="noah", **world.by)
    assert stored(maya).handle == "maya"


def test_many_are_renamed_one_after_the_other(world):
    # Whoever takes up a handle stands before whoever lays it down: one statement would write them in that order.
    lena, iris, noah, maya = add(world, "lena", "iris", "noah", "maya")
    handles = [(maya, "maya.glow"), (noah, "maya"), (iris, "@noah"), (maya, "glow"), (lena, "lena")]
    renamed = rename_creators(handles=handles, **world.by)
    assert [row.handle for row in renamed] == ["glow", "maya", "noah", "glow", "lena"]
    assert {row.pk: row.handle for row in renamed} == dict(Creator.objects.values_list("pk", "handle"))
    assert stored(maya).former_handles == ["maya", "maya.glow"]
    assert [after["handle"] for _, after in changes(world.brand, "creator.renamed")] == [
        "maya.glow",
        "maya",
        "noah",
        "glow",
    ]
    assert rename_creators(handles=[], **world.by) == []


@pytest.mark.parametrize("handles", [["noah", "iris"], ["glow", "glow"], ["glow", "iris"]])
def test_of_many_none_is_renamed_if_one_handle_is_another_ones_by_then(world, handles):
    creators = add(world, "maya", "noah", "iris")
    with pytest.raises(DuplicateCreatorError) as refused:
        rename_creators(handles=list(zip(creators, handles, strict=False)), **world.by)
    assert refused.value.field == "handle"
    assert [stored(row).handle for row in creators] == ["maya", "noah", "iris"]
    assert entries(world.brand, "creator.renamed") == []


def test_sixty_are_renamed_by_as_many_queries_as_three(world, django_assert_max_num_queries):
    def queries(number):
        creators = add(world, *(f"old{number}.{place}" for place in range(number)))
        handles = [(row, f"new{number}.{place}") for place, row in enumerate(creators)]
        with django_assert_max_num_queries(1000) as counted:
            rename_creators(handles=handles, **world.by)
        return len(counted)

    assert queries(3) == queries(60)


def test_a_creator_of_another_brand_is_not_renamed(world):
    foreign = World().creator("maya")
    for handle in ("noah", "maya"):
        with pytest.raises(OtherBrandError):
            rename_creator(creator=foreign, handle=handle, **world.by)
    assert stored(foreign).handle == "maya"


# --- many --------------------------------------------------------------------------------------------------------
def test_sixty_creators_take_as_many_queries_as_three(world, django_assert_max_num_queries):
    managers = [world.member(), world.member()]

    def queries(number):
        drafts = [CreatorDraft(f"c{number}.{n}", details={"manager": managers[0]}) for n in range(number)]
        with django_assert_max_num_queries(1000) as counted:
            rows = add_creators(drafts=drafts, **world.by)
            edit_creators(edits=[Edit(row, {"manager": managers[1]}) for row in rows], **world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 5)


def test_two_thousand_creators_at_once(world):
    assert len(add(world, *(f"c{number}" for number in range(2000)))) == 2000
    with pytest.raises(DuplicateCreatorError):
        add(world, *(f"d{number}" for number in range(2000)), "c1999")
