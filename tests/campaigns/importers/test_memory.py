"""What people said of a sheet is the guess for the next one: columns, and whom the names of owners mean."""

from datetime import timedelta

import pytest

from brands.enums import Role
from brands.operations.edits import Edit
from brands.operations.invitations import Invite, accept_invitation, invite_people
from campaigns import tasks
from campaigns.importers import asked_columns
from campaigns.importers.columns import ColumnRefused, Field, chosen_columns
from campaigns.importers.looking import look_at
from campaigns.importers.memory import with_remembered
from campaigns.models import ColumnMeaning, Flight, OwnerName
from campaigns.operations.flights import edit_flights
from posts.models import Post
from sparktrack.core.refusals import RefusedError
from tests.campaigns.importers.sheets import HEADER, Desk, post_url, row, said, write_sheet
from tests.factories import UserFactory
from tests.world import World

FLIGHT = {"creator_handle": "maya", "campaign": "Q4", "flight_start": "2026-11-01"}
OURS = ["Wer", "Link", "Anmerkung", "Title"]


def flight(owner, **cells):
    """A row with a flight of ``owner``."""
    return row(**{**FLIGHT, "post_link": post_url(), "owner": owner, **cells})


# --- columns -------------------------------------------------------------------------------------------------------
def test_columns_that_were_corrected_are_guessed_the_next_time_also_from_the_shell(office):
    def line(note):
        return ["maya", post_url(), note, "Film"]

    wishes = {"columns": {"Wer": "handle", "Anmerkung": "hook_angle", "Title": ""}}
    office.bring(line("first"), header=OURS, wishes=wishes)
    assert Post.objects.get().hook_angle == "first"
    assert Post.objects.get().notes == "Title: Film"

    outcome = office.take(line("second"), header=["WER", "Link", "anmerkung:", "Title"])
    assert outcome.report["columns"] == {"WER": "handle", "Link": "post_url", "anmerkung:": "hook_angle"}

    look = look_at(write_sheet(office.folder, [line("x")], OURS).read_bytes(), brand=office.brand)
    assert [(c["header"], c["field"], c["remembered"]) for c in look["columns"]] == [
        ("Wer", "handle", True),
        ("Link", "post_url", False),
        ("Anmerkung", "hook_angle", True),
        ("Title", "", True),
    ]
    other = World().brand
    look = look_at(write_sheet(office.folder, [line("x")], OURS).read_bytes(), brand=other)
    assert [c["field"] for c in look["columns"]] == ["", "post_url", "", "title"]


def test_what_is_said_now_counts_more_than_what_is_remembered(office):
    ColumnMeaning.objects.create(brand=office.brand, header="wer", field="title")
    ColumnMeaning.objects.create(brand=office.brand, header="anmerkung", field="handle")
    ColumnMeaning.objects.create(brand=office.brand, header="title", field="no_longer_known")
    cells = ["maya", post_url(), "x", "Film"]

    outcome = office.take(cells, header=OURS, maps=["Wer=handle"])

    assert outcome.report["columns"] == {"Wer": "handle", "Link": "post_url", "Title": "title"}


def test_a_field_is_wished_for_once():
    known = {"a": Field.TITLE, "b": Field.HANDLE, "c": None}
    assert with_remembered({"B": Field.TITLE}, known) == {"c": None, "B": Field.TITLE}
    assert with_remembered({"C": Field.SKU}, known) == {"a": Field.TITLE, "b": Field.HANDLE, "C": Field.SKU}
    assert with_remembered({}, known) == known


def test_columns_that_are_chosen_are_known_and_each_once():
    assert chosen_columns({"A": "title", "B": "", "C": ""}) == {"A": Field.TITLE, "B": None, "C": None}
    with pytest.raises(ColumnRefused, match="Only one column"):
        chosen_columns({"A": "title", "B": "title"})
    with pytest.raises(ColumnRefused, match="no field “x”"):
        chosen_columns({"A": "x"})
    assert asked_columns(["A=title"]) == {"A": Field.TITLE}


# --- owners --------------------------------------------------------------------------------------------------------
def test_unknown_owners_are_counted_and_given_to_members_for_good(office):
    kim = office.world.member(Role.BUYER, full_name="Kim Doe")
    run = office.preview(office.upload(flight("Kimmy"), flight("kimmy "), flight("Lee"), flight("Kim Doe")))
    assert run.report["unknown_owners"] == {"Kimmy": 1, "kimmy": 1, "Lee": 1}

    run = office.preview(run, owners={"Kimmy": f"user:{kim.pk}"})

    assert run.report["unknown_owners"] == {"Lee": 1}
    office.apply(run)
    assert Flight.objects.filter(buyer=kim).count() == 3
    outcome = office.take(flight("KIMMY"))
    assert said(outcome, "warnings") == []
    kim.memberships.all().delete()
    assert said(office.take(flight("Kimmy")), "warnings") == [(2, "Owner", "unknown_owner")]


def test_a_name_that_was_said_counts_more_than_the_member_of_that_name(office):
    office.world.member(Role.BUYER, full_name="Kim Doe")
    other = office.world.member(Role.BUYER, full_name="Kim Doe-Li")
    office.bring(flight("Kim Doe"), wishes={"owners": {"Kim Doe": f"user:{other.pk}"}})
    assert Flight.objects.get().buyer == other


def test_owners_of_another_brand_are_refused(office):
    stranger = World().member(Role.BUYER)
    run = office.upload(flight("Kim"))
    with pytest.raises(RefusedError, match="does not belong"):
        office.preview(run, owners={"Kim": f"user:{stranger.pk}"})
    assert not OwnerName.objects.exists()


@pytest.fixture
def invited(office):
    """Somebody whom an invitation waits for, and its token."""
    (issued,) = invite_people(invites=[Invite("kim@example.com", Role.BUYER)], **office.by)
    return issued


def accept(office, invited):
    user = UserFactory(email="kim@example.com")
    accept_invitation(token=invited.token, user=user, now=office.world.now, actor=office.world.actor)
    return user


def test_flights_wait_for_somebody_who_is_invited(office, invited):
    wishes = {"owners": {"Kim": f"invitation:{invited.invitation.pk}"}}
    run = office.bring(flight("Kim"), flight("Kim"), wishes=wishes)
    first, second = Flight.objects.order_by("pk")
    assert (first.buyer, first.buyer_invited) == (None, invited.invitation)
    assert run.report["unknown_owners"] == {}
    edit_flights(edits=[Edit(second, {"buyer": office.manager})], **office.by)
    tasks.give_flights()
    kim = accept(office, invited)

    tasks.give_flights()
    tasks.give_flights()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.buyer, first.buyer_invited) == (kim, None)
    assert (second.buyer, second.buyer_invited) == (office.manager, None)
    office.take(flight("Kim", post_link=post_url(number=9)))
    assert Flight.objects.get(post__tiktok_post_id__endswith=post_url(number=9)[-6:]).buyer == kim


def test_an_invitation_that_is_withdrawn_is_forgotten(office, invited):
    office.bring(flight("Kim"), wishes={"owners": {"Kim": f"invitation:{invited.invitation.pk}"}})
    invited.invitation.revoked_at = office.world.now + timedelta(seconds=1)
    invited.invitation.save()
    assert said(office.take(flight("Kim")), "warnings") == [(2, "Owner", "unknown_owner")]


def test_a_flight_that_has_a_buyer_waits_for_nobody(office, invited):
    office.world.member(Role.BUYER, full_name="Lee")
    one = flight("Lee")
    office.bring(one)
    one[HEADER.index("Owner")] = "Kim"
    office.bring(one, wishes={"owners": {"Kim": f"invitation:{invited.invitation.pk}"}})
    assert (Flight.objects.get().buyer.full_name, Flight.objects.get().buyer_invited) == ("Lee", None)


def test_memory_is_of_one_brand(office, tmp_path):
    office.bring(flight("Kimmy"), wishes={"owners": {"Kimmy": f"user:{office.manager.pk}"}})
    other = Desk(tmp_path)
    assert said(other.take(flight("Kimmy")), "warnings") == [(2, "Owner", "unknown_owner")]
