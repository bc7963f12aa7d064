from itertools import pairwise

import pytest

from brands.enums import Role, TokenScope
from brands.rules import POLICY, TOKEN_POLICY, Action, may, token_may

ROLES = list(Role)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize(("lesser", "greater"), list(pairwise(ROLES)))
def test_each_role_may_at_least_what_the_one_before_may(lesser, greater, action):
    assert may(greater, action) or not may(lesser, action)


def test_each_role_may_something_that_the_one_before_may_not():
    assert all(POLICY[lesser] < POLICY[greater] for lesser, greater in pairwise(ROLES))


def test_the_admin_may_everything():
    assert POLICY[Role.ADMIN] == frozenset(Action)


def test_the_viewer_reads_but_no_code_fee_contact_or_internal_note():
    assert POLICY[Role.VIEWER] == {Action.VIEW}


def test_the_buyer_plans_and_logs_codes_but_writes_no_rights_and_imports_nothing():
    assert may(Role.BUYER, Action.PLAN_FLIGHTS)
    assert may(Role.BUYER, Action.WRITE_CODES)
    assert may(Role.BUYER, Action.REVEAL_CODES)
    assert may(Role.BUYER, Action.MARK_POSTS_GONE)
    assert not may(Role.BUYER, Action.CORRECT_CODES)
    assert not may(Role.BUYER, Action.WRITE_RIGHTS)
    assert not may(Role.BUYER, Action.IMPORT_TRACKER)


def test_only_the_admin_manages_people_settings_and_audit():
    for action in (Action.MANAGE_PEOPLE, Action.CHANGE_SETTINGS, Action.READ_AUDIT):
        assert [role for role in Role if may(role, action)] == [Role.ADMIN]


def test_the_role_may_come_as_the_stored_text_and_an_unknown_one_is_an_error():
    assert may("manager", Action.EXPORT_REVEALED)
    with pytest.raises(ValueError, match="owner"):
        may("owner", Action.VIEW)


def test_a_token_that_reads_sees_what_a_viewer_sees_and_contacts():
    assert TOKEN_POLICY[TokenScope.READ] - POLICY[Role.VIEWER] == {Action.READ_CONTACTS}


def test_a_token_that_writes_is_a_manager_and_manages_no_people_settings_or_tokens():
    assert TOKEN_POLICY[TokenScope.WRITE] == POLICY[Role.MANAGER]
    assert not token_may("write", Action.CHANGE_SETTINGS)
    assert token_may("write", Action.REVEAL_CODES)
    assert not token_may("read", Action.REVEAL_CODES)
    with pytest.raises(ValueError, match="admin"):
        token_may("admin", Action.VIEW)
