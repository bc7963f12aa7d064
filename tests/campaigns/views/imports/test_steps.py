"""The buttons of an import: left out, read again, columns changed, discarded."""

import pytest
import time_machine

from campaigns.enums import ImportState
from campaigns.models import ImportRun
from posts.models import Post
from tests.campaigns.importdesk import BAD, Pages, good, text, tsv, work
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def test_rows_with_errors_must_be_left_out_by_a_person(pages):
    run = pages.previewed(tsv(good(1), good(2, **BAD)))
    refused = pages.apply(run)
    assert refused.status_code == 422
    assert "1 row has an error: leave such rows out" in text(refused)
    assert not Post.objects.exists()
    assert pages.apply(run, skip_errors="on").status_code == 302
    said = text(pages.get("import", work(run)))
    assert "1 creator, 1 post and 1 code created." in said
    assert "1 row left out" in said


def test_a_run_that_failed_says_that_nothing_was_written_and_can_be_read_again(pages):
    run = pages.previewed(tsv(good(1)))
    ImportRun.objects.update(
        state=ImportState.FAILED, problem="The import was interrupted; nothing was written."
    )
    said = text(pages.get("import", run))
    assert "Nothing was written The import was interrupted; nothing was written. Read it again" in said
    assert pages.post("import-columns", run, again="1").status_code == 302
    assert "1 row to import" in text(pages.get("import", work(run)))


def test_a_discarded_import_leaves_a_line_in_the_history_and_nothing_else(pages):
    run = pages.previewed(tsv(good(1)))
    response = pages.client.post(pages.url("import-discard", run), follow=True)
    assert "was discarded. Nothing was written." in text(response)
    assert "Discarded The sheet and its preview are deleted." in text(response)
    assert "Discarded: nothing was written" in text(pages.get("import", run))


def test_columns_are_changed_from_the_preview_and_refused_there_beside_the_field(pages):
    run = pages.previewed(tsv(good()))
    page = pages.get("import", run, step="columns")
    assert page.status_code == 200
    assert "17 of 17 columns understood" in text(page)
    refused = pages.confirmed(run, **{"column-1": "", "column-2": ""})
    assert refused.status_code == 422
    assert "No column says which post a row is about" in text(refused)
    assert pages.confirmed(run, **{"column-16": ""}).status_code == 302
    assert work(run).state == ImportState.PREVIEWED
