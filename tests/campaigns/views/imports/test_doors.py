"""Who comes too late to an import is told where it stands, and nothing happens."""

import pytest
import time_machine

from brands.enums import Role
from brands.models import Invitation
from posts.models import Post
from tests.campaigns.importdesk import Pages, good, text, tsv, with_owners, work
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def test_a_second_click_is_told_where_things_stand(pages):
    run = pages.previewed(tsv(good(1)))
    assert pages.apply(run).status_code == 302
    second = pages.apply(run)
    assert second.status_code == 409
    assert "under way" in text(second)
    assert "Nothing was changed by this click." in text(second)
    work(run)
    assert "imported already" in text(pages.apply(run))
    for step in ("import-columns", "import-discard", "import-sheet"):
        assert pages.post(step, run).status_code == 409, step
    assert Post.objects.count() == 1


def test_a_preview_that_somebody_made_anew_is_not_imported_by_an_old_page(pages):
    run = pages.previewed(tsv(good(1)))
    old = run.attempt
    pages.confirmed(run)
    work(run)
    response = pages.post("import-apply", run, attempt=old)
    assert response.status_code == 409
    assert "Look at the rows before you import them." in text(response)
    assert not Post.objects.exists()


def test_the_back_button_on_a_step_shows_the_import(pages):
    run = pages.previewed(tsv(good(1)))
    for step in ("sheet", "columns", "owners", "apply", "discard", "rejected"):
        assert pages.get(f"import-{step}", run)["Location"] == pages.url("import", run)
    assert pages.get("import-undo", run)["Location"] == pages.url("import", run)


def test_nobody_is_invited_for_an_import_that_is_over(pages):
    admin = Pages(pages.world, Role.ADMIN)
    run = admin.previewed(with_owners())
    admin.apply(run)
    work(run)
    late = admin.post("import-owners", run, **{"owner-0": "invite", "email-0": "jo@x.example"})
    assert late.status_code == 409
    assert not Invitation.objects.filter(email="jo@x.example").exists()
