"""What holds for every write on rights: nothing, another brand, the audit, very many."""

from datetime import date

import pytest
from django.db import connection

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.rights import (
    NewTerm,
    RightDraft,
    edit_rights,
    end_rights,
    extend_rights,
    grant_rights,
    trigger_rights,
)
from authorizations.windows import Term
from brands.enums import Role
from brands.operations.edits import Edit, NotAMemberError, OtherBrandError
from tests.audit import changes, entries
from tests.authorizations.rightrows import NOVEMBER, state
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


@pytest.fixture
def post(world):
    """Has a code, so that only rights matter."""
    post = world.post()
    world.code(post, NOW - DAY)
    return post


OPERATIONS = {
    "right.extended": lambda rights, by: extend_rights(
        terms=[NewTerm(right, Term(perpetual=True)) for right in rights], **by
    ),
    "right.ended": lambda rights, by: end_rights(rights=rights, ends_on=date(2026, 11, 9), **by),
    "right.triggered": lambda rights, by: trigger_rights(rights=rights, happened_on=date(2026, 11, 9), **by),
    "right.edited": lambda rights, by: edit_rights(
        edits=[Edit(right, {"contract_reference": "C-8"}) for right in rights], **by
    ),
}
every_operation = pytest.mark.parametrize("action", OPERATIONS)


def some_rights(world, number):
    stated = {"trigger": RightTrigger.POSTING, "term": Term(days=30), "paid_amplification": True}
    drafts = [RightDraft(post=post, starts_on=NOVEMBER, **stated) for post in world.posts(number)]
    return grant_rights(drafts=drafts, **world.by)


@every_operation
def test_nothing_is_a_sequence_too(world, action):
    assert OPERATIONS[action]([], world.by) == []
    assert entries(world.brand) == []


@every_operation
def test_a_right_of_another_brand_is_refused_and_nothing_of_the_call_is_written(world, action):
    ours, foreign = some_rights(world, 1), some_rights(World(), 1)
    before = [state(right) for right in (*ours, *foreign)]
    with pytest.raises(OtherBrandError):
        OPERATIONS[action]([*ours, *foreign], world.by)
    assert [state(right) for right in (*ours, *foreign)] == before
    assert entries(world.brand, action) == []


@every_operation
def test_every_change_is_noted_once_on_its_row(world, action):
    rights = some_rights(world, 2)
    assert OPERATIONS[action]([*rights, *rights], world.by) == rights
    noted = entries(world.brand, action)
    assert [(entry.object_kind, entry.object_id) for entry in noted] == [
        ("usageright", right.pk) for right in rights
    ]


@every_operation
def test_sixty_rights_take_as_many_queries_as_three(world, action, django_assert_max_num_queries):
    def queries(number):
        rights = some_rights(world, number)
        with django_assert_max_num_queries(1000) as counted:
            OPERATIONS[action](rights, world.by)
        return sum("SAVEPOINT" not in query["sql"] for query in counted.captured_queries)

    few = queries(3)
    assert queries(60) - few <= (0 if connection.vendor == "postgresql" else 2)
    assert few <= 14


def test_an_approver_is_written_without_a_query_a_row(world, django_assert_max_num_queries):
    approver = world.member(Role.ADMIN)
    rights = some_rights(world, 20)
    edit_rights(
        edits=[Edit(right, {"approved_by": world.member(Role.ADMIN)}) for right in rights], **world.by
    )
    with django_assert_max_num_queries(20):
        edit_rights(edits=[Edit(right, {"approved_by": approver}) for right in rights], **world.by)
    assert changes(world.brand, "right.edited")[-1][1] == {"approved_by": str(approver.pk)}


def test_only_members_approve(world, post):
    stranger = World().member(Role.ADMIN)
    with pytest.raises(NotAMemberError) as refused:
        world.right(NOVEMBER, post=post, approved_by=stranger)
    assert refused.value.field == "approved_by"
    right = world.right(NOVEMBER, post=post)
    with pytest.raises(NotAMemberError):
        edit_rights(edits=[Edit(right, {"approved_by": stranger})], **world.by)
    assert UsageRight.objects.get().approved_by is None
