"""Undo puts back exactly what an import created or changed, or nothing at all and says why."""

import tempfile
from pathlib import Path

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from authorizations.models import AuthorizationCode, CodeRequest, UsageRight
from authorizations.operations.codes import reveal_codes, revoke_codes
from authorizations.operations.gaps import differences
from authorizations.operations.requests import RequestDraft, request_codes
from brands.enums import AttachmentSubject
from brands.models import AuditEntry
from brands.operations.attachments import Link, Subject, attach_links
from brands.operations.edits import Edit
from campaigns.models import (
    ColumnMeaning,
    Flight,
    ImportedRow,
    ImportPiece,
    ImportRow,
    ImportRun,
    OwnerName,
)
from campaigns.operations.flights import edit_flights, launch_flights
from campaigns.operations.imports import WrongStateError
from campaigns.operations.undo import UndoBlockedError, undo_import
from campaigns.operations.zones import change_account_zone, change_brand_zone
from campaigns.wishes import Decision
from posts.models import Post
from posts.operations.posts import edit_posts
from tests.access.everything import owned_models
from tests.audit import changes, entries
from tests.campaigns.importers.drawn import SHEETS
from tests.campaigns.importers.sheets import Desk, Office, post_url, row, write_sheet
from tests.world import DAY, NOW, spark_code

ABOUT_IMPORTS = {AuditEntry, ImportRun, ImportPiece, ImportRow, ImportedRow, ColumnMeaning, OwnerName}
FULL = {
    "creator_handle": "maya",
    "auth_date": "2026-10-02",
    "days": "30",
    "status": "applied",
    "paid": "yes",
    "rights_start": "2026-10-01",
    "rights_end": "2027-10-01",
    "campaign": "Q4",
    "flight_start": "2026-11-01",
    "flight_end": "2026-11-30",
    "daily_budget": "100",
    "notes": "fine",
}


@pytest.fixture
def office(db, tmp_path):
    return Office(tmp_path, time_zone="America/New_York")


def full(number=1, **cells):
    """A row that makes one of every kind."""
    return row(**{**FULL, "post_link": post_url(number=number), "spark_code": spark_code(number), **cells})


def content(brand):
    """Every row of the brand, those about imports aside; gaps by what they say, for they are written afresh."""
    found = {}
    for model in owned_models():
        if model in ABOUT_IMPORTS:
            continue
        rows = list(model._default_manager.filter(brand=brand).values())
        for one in rows:
            one.pop("id") if model.__name__ == "PostGap" else None
        found[model.__name__] = sorted(rows, key=str)
    return found


def proof(brand):
    return differences(brand, list(Post.objects.for_brand(brand).values_list("pk", flat=True)))


# --- everything comes back -----------------------------------------------------------------------------------------
@pytest.mark.django_db
@settings(max_examples=20)
@given(history=SHEETS, sheet=SHEETS, takes=st.booleans())
def test_undo_leaves_everything_as_it_was_and_the_sheet_can_come_again(history, sheet, takes):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder), time_zone="America/New_York")
        desk.take(*history, skip_errors=True)
        decided = dict.fromkeys(range(2, 10), Decision.TAKE if takes else Decision.KEEP)
        before = content(desk.brand)
        path = write_sheet(desk.folder, sheet)
        # Later, so that what an operation stamps differs from what was there.
        first = desk.take_file(path, skip_errors=True, now=NOW + DAY, decisions=decided)
        after = content(desk.brand)

        undo_import(run=first.run, brand=desk.brand, now=NOW + 2 * DAY, actor=desk.world.actor)

        assert content(desk.brand) == before
        assert proof(desk.brand) == []
        again = desk.take_file(path, skip_errors=True, now=NOW + DAY, decisions=decided)
        for name in ("created", "updated", "unchanged", "errors"):
            assert again.report[name] == first.report[name]
        assert {name: len(rows) for name, rows in content(desk.brand).items()} == {
            name: len(rows) for name, rows in after.items()
        }


def test_undo_is_audited_row_by_row_and_on_the_run(office):
    run = office.bring(full())
    touched = ImportedRow.objects.filter(run=run).count()

    undone = office.undo(run)

    assert (undone.state, undone.undone_at, undone.undone_by) == ("undone", NOW, office.manager)
    (entry,) = entries(office.brand, "import.undone")
    assert entry.after == {"state": "undone", "removed": touched, "put_back": 0}
    assert len(AuditEntry.objects.filter(action__endswith=".import_undone")) == touched
    assert {e.actor_label for e in entries(office.brand, "post.import_undone")} == {office.manager.email}


def test_changed_columns_come_back_and_others_stay(office):
    office.bring(full())
    run = office.bring(full(title="New title", days="60", rights_end="2027-12-31", daily_budget="900"))
    post = Post.objects.get()
    assert (post.title, Flight.objects.get().daily_spend) == ("New title", 900)

    office.undo(run)

    post.refresh_from_db()
    assert (post.title, Flight.objects.get().daily_spend) == ("", 100)
    assert AuthorizationCode.objects.get().window_days == 30
    assert str(UsageRight.objects.get().ends_on) == "2027-10-01"
    assert changes(office.brand, "flight.import_undone") == [
        ({"daily_spend": "900.00"}, {"daily_spend": "100.00"})
    ]


@pytest.mark.parametrize(
    "brings",
    [{"days": "60"}, {"spark_code": spark_code(2), "auth_date": "2026-11-20"}],
    ids=["an extension", "a new code"],
)
@time_machine.travel(NOW, tick=False)  # a code that is over answers nothing
def test_a_request_that_the_import_answered_waits_again(office, brings):
    office.bring(full())
    request_codes(drafts=[RequestDraft(Post.objects.get(), 60)], **office.by)
    before = content(office.brand)
    run = office.bring(full(**brings))
    assert CodeRequest.objects.get().answered_by is not None

    office.undo(run)

    assert content(office.brand) == before


def test_imports_are_undone_one_after_the_other(office):
    first = office.bring(full())
    second = office.bring(full(title="Second"))
    third = office.bring(full(title="Third"), full(number=2))
    for early in (first, second):
        with pytest.raises(UndoBlockedError):
            office.undo(early)
    for run in (third, second, first):
        office.undo(run)
    assert not Post.objects.exists()
    with pytest.raises(WrongStateError, match="was undone"):
        office.undo(first)


def test_an_import_from_the_shell_can_be_undone(office):
    outcome = office.take(full())
    office.undo(outcome.run)
    assert not Post.objects.exists()


# --- what stands in the way ----------------------------------------------------------------------------------------
def _edit_title(office):
    edit_posts(edits=[Edit(Post.objects.get(), {"title": "Mine"})], **office.by)


def _launch(office):
    launch_flights(flights=[Flight.objects.get()], **office.by)


def _revoke(office):
    revoke_codes(codes=[AuthorizationCode.objects.get()], at=NOW, **office.by)


def _new_code(office):
    office.world.code(Post.objects.get(), NOW)


def _new_flight(office):
    office.world.flight(Post.objects.get(), NOW.date())


def _attach(office):
    subject = Subject(AttachmentSubject.POST, Post.objects.get().pk)
    attach_links(subject=subject, links=[Link("https://docs.example/1", "Contract")], **office.by)


def _vanish(office):
    Flight.objects.all().delete()


@pytest.mark.parametrize(
    ("happens", "kind", "why"),
    [
        (_edit_title, "post", "edited."),
        (_launch, "flight", "launched."),
        (_revoke, "authorizationcode", "revoked."),
        (_new_code, "post", "authorization code “code ending"),
        (_new_flight, "post", "flight “flight 2026-11-21” depends"),
        (_attach, "post", "attachment “Contract” depends"),
        (_vanish, "flight", "not there any more"),
    ],
    ids=lambda item: getattr(item, "__name__", "").strip("_"),
)
def test_a_row_that_was_changed_or_is_needed_stops_all_of_it(office, happens, kind, why):
    run = office.bring(full())
    happens(office)
    before = content(office.brand)

    with pytest.raises(UndoBlockedError, match="Nothing was undone") as refused:
        office.undo(run)

    (obstacle,) = refused.value.obstacles
    assert (obstacle.kind, why in obstacle.why) == (kind, True), obstacle
    assert content(office.brand) == before
    assert not entries(office.brand, "import.undone")
    run.refresh_from_db()
    assert run.state == "applied"


def test_a_change_after_another_import_was_undone_is_seen(office):
    office.bring(full(status=""))
    adds_a_use = office.bring(full())
    run = office.bring(full(days="60"))
    office.undo(adds_a_use)
    _revoke(office)
    with pytest.raises(UndoBlockedError) as blocked:
        office.undo(run)
    assert "revoked" in blocked.value.obstacles[0].why


def test_a_link_that_another_post_has_by_now_is_not_given_back(office):
    short = "https://vm.tiktok.com/ZMabc123/"
    office.bring(full(post_link=short, title="One"))
    kept = Post.objects.get()
    run = office.bring(full(post_link=short, title="Two"), full(number=5))
    ImportedRow.objects.filter(run=run, object_id=kept.pk).update(
        before={"url": "https://vm.tiktok.com/ZMtaken9/"}, after={"url": kept.url}
    )
    creator = kept.creator
    office.world.post(creator, title="Other", url="https://vm.tiktok.com/ZMtaken9/")
    with pytest.raises(UndoBlockedError) as blocked:
        office.undo(run)
    assert [one.why for one in blocked.value.obstacles] == ["Another post has its url of before now."]


def test_a_column_that_changed_without_a_trace_is_seen(office):
    office.bring(full())
    run = office.bring(full(title="New title"))
    Post.objects.update(title="By hand")

    with pytest.raises(UndoBlockedError) as refused:
        office.undo(run)

    assert refused.value.obstacles[0].why == "Its title changed since."


def test_a_row_of_before_that_is_gone_is_not_pointed_at_again(office):
    buyer = office.world.member(full_name="Kim Old")
    other = office.world.member(full_name="Lee New")
    office.bring(full(owner="Kim Old"))
    run = office.bring(full(owner="Lee New"))
    assert Flight.objects.get().buyer == other
    buyer.delete()

    with pytest.raises(UndoBlockedError) as refused:
        office.undo(run)

    assert refused.value.obstacles[0].why == "Its buyer before the import is not there any more."


@pytest.mark.parametrize("whose", ["brand", "adaccount"])
def test_another_zone_since_stops_what_was_moved_but_not_what_is_new(office, whose):
    account = office.world.account(name="US")
    header_row = full()
    first = office.bring(header_row)
    second = office.bring(full(flight_end="2026-12-24"))
    if whose == "brand":
        change_brand_zone(zone="Asia/Tokyo", **office.by)
    else:
        change_account_zone(ad_account=account, zone="Asia/Tokyo", **office.by)

    with pytest.raises(UndoBlockedError) as refused:
        office.undo(second)

    obstacle = next(one for one in refused.value.obstacles if one.kind == whose)
    assert obstacle.why == f"{office.manager.email}: zone changed."
    if whose == "brand":
        change_brand_zone(zone="America/New_York", **office.by)
    else:
        change_account_zone(ad_account=account, zone="", **office.by)
    office.undo(second)
    change_brand_zone(zone="Asia/Tokyo", **office.by)
    office.undo(first)
    assert not Flight.objects.exists()


def test_to_look_at_a_code_is_no_change(office):
    run = office.bring(full())
    reveal_codes(codes=list(AuthorizationCode.objects.all()), **office.by)
    office.undo(run)
    assert not AuthorizationCode.objects.exists()


def test_changes_before_the_import_are_no_obstacle(office):
    office.bring(full())
    _edit_title(office)
    edit_flights(edits=[Edit(Flight.objects.get(), {"ad_name": "A"})], **office.by)
    run = office.bring(full(title="New title", daily_budget="900"))

    office.undo(run)

    assert (Post.objects.get().title, Flight.objects.get().ad_name) == ("Mine", "A")


def test_all_of_the_rows_in_the_way_are_named_with_who_and_when(office):
    run = office.bring(full())
    _edit_title(office)
    _launch(office)
    before = content(office.brand)

    with pytest.raises(UndoBlockedError, match="2 rows") as refused:
        office.undo(run)

    assert content(office.brand) == before
    said = {(one.kind, one.label, one.why, one.at) for one in refused.value.obstacles}
    assert said == {
        ("post", "Mine", f"{office.manager.email}: edited.", NOW),
        ("flight", "flight 2026-11-01", f"{office.manager.email}: launched.", NOW),
    }
