"""The preview: every row before it counts, what would change, who the unknown people are."""

import re

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.models import AuthorizationCode
from brands.enums import Role
from brands.models import Invitation
from campaigns.enums import ImportState
from campaigns.models import Flight
from tests.campaigns.importdesk import BAD, Pages, good, text, tsv, with_owners, work
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def test_every_row_has_its_outcome_with_the_reason_beside_the_cell(pages):
    run = pages.previewed(
        tsv(
            good(1),
            good(2, **BAD),
            good(3, post_link="https://www.instagram.com/p/xyz/"),
            good(4, notes="=1+1"),
        )
    )
    page = pages.get("import", run)
    said = text(page)
    assert "2 rows to import" in said
    assert "4 in the sheet, 1 with errors, 1 skipped." in said
    assert "Row 3 Error Days soon “soon” is not a number of days." in said
    assert "Row 4 Skipped" in said
    only = pages.get("import", run, outcome="error")
    assert [shown.number for shown in only.context["rows"].rows] == [3]
    assert pages.get("import", run, outcome="nonsense", after="x").status_code == 200


def test_what_would_change_stands_there_before_and_after(pages):
    pages.applied(tsv(good(1, title="Old")))
    run = pages.previewed(tsv(good(1, title="New")))
    said = text(pages.get("import", run))
    assert "Row 2 Change" in said
    assert "title: before Old after New" in said
    assert "On file already: creator and code." in said


def test_rows_come_by_pages_and_cost_the_same_number_of_queries(pages):
    def queries(run):
        with CaptureQueriesContext(connection) as found:
            pages.get("import", run)
        return len(found)

    few = pages.previewed(tsv(good(1), good(2, **BAD)))
    many = pages.previewed(tsv(*(good(number) for number in range(70)), good(71, **BAD)))
    assert queries(few) == queries(many)
    first = pages.get("import", many).context["rows"]
    assert len(first.rows) == 50
    assert "Next rows" in text(pages.get("import", many))
    rest = pages.client.get(pages.url("import", many) + first.next_link).context["rows"]
    assert [shown.number for shown in first.rows + rest.rows] == list(range(2, 73))


@pytest.fixture
def conflict(pages):
    """A code that ends on 18 Dec as somebody computed; the sheet says it ends earlier."""
    pages.applied(tsv(good(1)))
    return pages.previewed(tsv(good(1, days="", expires="2026-11-30", title="Also new")))


@pytest.mark.parametrize(
    ("said", "ends"),
    [({}, "2026-12-19"), ({"row-2": "keep"}, "2026-12-19"), ({"row-2": "take"}, "2026-11-30")],
)
def test_a_conflict_shows_both_sides_and_what_is_on_file_stays_unless_somebody_says_so(
    said, ends, pages, conflict
):
    page = pages.get("import", conflict)
    assert "1 conflict: whose word counts?" in text(page)
    assert "Keep what is on file" in text(page)
    assert "Take the sheet" in text(page)
    assert re.search(r'name="row-2"\s+value="keep"\s+checked', page.content.decode())
    assert pages.apply(conflict, **said).status_code == 302
    work(conflict)
    assert conflict.state == ImportState.APPLIED
    code = AuthorizationCode.objects.get()
    assert code.expires_at.date().isoformat() == ends
    assert code.post.title == "Also new"


def test_unknown_names_become_members_and_invited_people(pages):
    admin = Pages(pages.world, Role.ADMIN)
    buyer = pages.world.member(Role.BUYER, full_name="Johanna Weber")
    run = admin.previewed(with_owners())
    assert "Who are “Jo W.” and “Mara”?" in text(admin.get("import", run))
    names = admin.get("import", run).context["owners"].names
    jo, mara = names.index("Jo W."), names.index("Mara")
    lacking = admin.post("import-owners", run, **{f"owner-{mara}": "invite"})
    assert lacking.status_code == 422
    assert "To invite “Mara”, type their e-mail." in text(lacking)
    said = {f"owner-{jo}": f"user:{buyer.pk}", f"owner-{mara}": "invite", f"email-{mara}": "Mara@x.example"}
    assert admin.post("import-owners", run, **said).status_code == 302
    assert [sent.to for sent in mail.outbox] == [["mara@x.example"]]
    work(run)
    assert "Who are" not in text(admin.get("import", run))
    admin.apply(run)
    work(run)
    flights = {flight.post.tiktok_post_id[-1]: flight for flight in Flight.objects.select_related("post")}
    assert flights["1"].buyer == buyer
    assert flights["2"].buyer_invited == Invitation.objects.get(email="mara@x.example")


def test_who_may_not_invite_can_only_choose_among_those_who_are_there(pages):
    run = pages.previewed(with_owners())
    assert "invite by e-mail" not in text(pages.get("import", run))
    assert "An admin of the brand can invite them." in text(pages.get("import", run))
    refused = pages.post("import-owners", run, **{"owner-0": "invite", "email-0": "mara@x.example"})
    assert refused.status_code == 422
    stranger = World().member()
    assert pages.post("import-owners", run, **{"owner-0": f"user:{stranger.pk}"}).status_code == 422
    assert not Invitation.objects.filter(email="mara@x.example").exists()


def test_the_e_mail_of_a_member_means_the_member(pages):
    admin = Pages(pages.world, Role.ADMIN)
    buyer = pages.world.member(Role.BUYER, email="jo@x.example")
    run = admin.previewed(with_owners())
    assert (
        admin.post("import-owners", run, **{"owner-0": "invite", "email-0": "jo@x.example"}).status_code
        == 302
    )
    run.refresh_from_db()
    assert f"user:{buyer.pk}" in run.wishes["owners"].values()
    assert mail.outbox == []
