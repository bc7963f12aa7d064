"""The five questions: every term with every trigger, and what is refused beside which field."""

from datetime import date
from decimal import Decimal

import pytest

from authorizations.enums import RightTrigger
from authorizations.models import UsageRight
from authorizations.operations.rights import correct_rights, edit_rights, grant_rights
from authorizations.operations.terms import term_of
from authorizations.windows import Term
from brands.enums import Role
from brands.operations.edits import Edit
from sparktrack.core.days import first_instant
from tests.world import World
from workplace.forms.rights import RightForm, stored_values

pytestmark = pytest.mark.django_db

NOVEMBER = date(2026, 11, 1)
ASKED = {"paid_amplification": "yes", "trigger": "fixed", "starts_on": "2026-11-01", "term": "unstated"}
TERMS = {
    "days": ({"length": "90"}, Term(days=90)),
    "months": ({"length": "3"}, Term(months=3)),
    "last_day": ({"ends_on": "2026-12-31"}, Term(ends_on=date(2026, 12, 31))),
    "perpetual": ({}, Term(perpetual=True)),
    "unstated": ({}, Term()),
}


@pytest.fixture
def world():
    return World(time_zone="America/New_York")


def form_of(world, row=None, **data):
    stored = stored_values(row, world.brand.time_zone) if row else None
    return RightForm({**ASKED, **data}, brand=world.brand, now=world.now, row=row, stored=stored)


def as_sent(form):
    """What a browser sends back when nobody touches the form."""
    return {field.html_name: field.value() or "" for field in form if field.name != "proofs"}


@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize("trigger", list(RightTrigger))
@pytest.mark.parametrize("term", list(TERMS))
def test_every_term_with_every_trigger_is_put_on_file_and_shown_again_as_it_was_typed(
    world, term, trigger, happened
):
    typed, meant = TERMS[term]
    post, day = world.post(), "2026-11-01" if happened else ""
    form = form_of(world, term=term, trigger=trigger.value, starts_on=day, **typed)
    if trigger is RightTrigger.FIXED and not happened:
        assert form.errors == {"starts_on": ["Say on which day the rights start."]}
        return
    assert form.is_valid(), form.errors
    (row,) = grant_rights(drafts=[form.draft(post)], **world.by)
    assert (row.post, row.trigger, row.starts_on) == (post, trigger, NOVEMBER if happened else None)
    assert term_of(row) == meant

    again = RightForm(
        brand=world.brand, now=world.now, row=row, stored=stored_values(row, world.brand.time_zone)
    )
    untouched = form_of(world, row, **as_sent(again))
    assert untouched.is_valid(), untouched.errors
    assert (untouched.changes.keys() & set(stored_values(row, "UTC")), untouched.correction(row)) == (
        set(),
        None,
    )


def test_all_that_a_contract_says_is_kept(world):
    approver, post = world.member(Role.MANAGER), world.post()
    form = form_of(
        world,
        asset_owner="Creator",
        paid_amplification="no",
        channels="TikTok, Instagram,, TikTok ",
        territories="US",
        comments_owner="Agency",
        creator_may_remove="no",
        fee="900",
        spend_cap="5000.5",
        contract_reference="C-7",
        granted_by="Maya",
        approved_by=str(approver.pk),
        approved_on="2026-11-02",
    )
    assert form.is_valid(), form.errors
    (row,) = grant_rights(drafts=[form.draft(post)], **world.by)
    assert (row.paid_amplification, row.creator_may_remove) == (False, False)
    assert (row.channels, row.territories) == (["TikTok", "Instagram"], ["US"])
    assert (row.asset_owner, row.comments_owner, row.granted_by) == ("Creator", "Agency", "Maya")
    assert (row.fee, row.spend_cap) == (Decimal(900), Decimal("5000.5"))
    assert row.approved_by == approver
    assert row.approved_at == first_instant(date(2026, 11, 2), "America/New_York")


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ({"paid_amplification": ""}, "paid_amplification", "whether ads are allowed"),
        ({"term": ""}, "term", "Say how long"),
        ({"term": "days"}, "length", "Say how many"),
        ({"term": "months", "length": "0"}, "length", "greater than or equal to 1"),
        ({"term": "months", "length": "2000"}, "length", "not more than 100 years"),
        ({"term": "last_day"}, "ends_on", "Say which day"),
        ({"term": "last_day", "ends_on": "2026-10-31"}, "ends_on", "end before they start"),
        ({"term": "last_day", "ends_on": "soon"}, "ends_on", "not a day"),
        ({"trigger": "posting", "starts_on": "2026-11-22"}, "starts_on", "has not come"),
        ({"fee": "-1"}, "fee", "greater than or equal to 0"),
        ({"approved_on": "2026-11-02"}, "approved_by", "who approved it"),
        ({"contract_reference": "x" * 121}, "contract_reference", "at most 120"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(world, data, field, words):
    form = form_of(world, **data)
    assert not form.is_valid()
    assert list(form.errors) == [field]
    assert words in form.errors[field][0]


def test_what_was_typed_for_another_answer_does_not_count(world):
    form = form_of(world, term="perpetual", length="zero", ends_on="never")
    assert form.is_valid(), form.errors
    assert form.term_typed() == Term(perpetual=True)


def test_somebody_of_another_brand_cannot_have_approved_it(world):
    form = form_of(world, approved_by=str(World().member(Role.ADMIN).pk))
    assert list(form.errors) == ["approved_by"]


# --- Two at once ------------------------------------------------------------------------------------------------------
def test_two_who_change_other_things_both_get_theirs(world):
    row = world.right(NOVEMBER, post=world.post(), term=Term(days=30))
    mine = as_sent(RightForm(brand=world.brand, now=world.now, row=row, stored=stored_values(row, "UTC")))
    edit_rights(edits=[Edit(row, {"fee": Decimal(900)})], **world.by)
    now = UsageRight.objects.get()
    form = form_of(world, now, **{**mine, "length": "60"})
    assert form.is_valid(), form.errors
    assert form.edited() == {}
    assert form.correction(now).term == Term(days=60)


def test_half_an_answer_of_each_is_no_answer(world):
    """One made 30 days 30 months, the other 60 days: not 60 months."""
    row = world.right(NOVEMBER, post=world.post(), term=Term(days=30))
    zone = world.brand.time_zone
    mine = as_sent(RightForm(brand=world.brand, now=world.now, row=row, stored=stored_values(row, zone)))
    theirs = form_of(world, row, **{**mine, "term": "months"})
    assert theirs.is_valid()
    correct_rights(corrections=[theirs.correction(row)], **world.by)
    now = UsageRight.objects.get()
    form = form_of(world, now, **{**mine, "length": "60"})
    assert not form.is_valid()
    assert form.is_overtaken
    assert "Calendar months" in form.errors["term"][0]
    # Now that both are seen, the answer counts.
    again = form_of(world, now, **{**mine, "length": "60", "was": form["was"].value()})
    assert again.is_valid(), again.errors
    assert again.correction(now).term == Term(days=60)
