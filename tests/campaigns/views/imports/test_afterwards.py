"""After an import: undo, and the rows that were left out."""

import pytest
import time_machine

from brands.operations.edits import Edit
from posts.models import Post
from posts.operations.posts import edit_posts
from tests.audit import entries
from tests.campaigns.importdesk import BAD, Pages, good, text, tsv
from tests.world import NOW, World, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def pages():
    return Pages(World(time_zone="America/New_York"))


def test_rejected_rows_come_as_a_sheet_with_reasons_that_no_cache_keeps_and_the_audit_knows(pages):
    code = spark_code(2)
    run = pages.applied(tsv(good(1), good(2, **BAD)), skip_errors="on")
    response = pages.post("import-rejected", run)
    sheet = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert sheet[0].endswith(",Notes,Reason it was left out")
    assert sheet[1].endswith("Days: “soon” is not a number of days.")
    assert code in sheet[1]
    assert len(sheet) == 2
    assert response["Cache-Control"] == "no-store, private"
    assert "pasted - left out.csv" in response["Content-Disposition"]
    (entry,) = entries(pages.world.brand, "import.rejected_downloaded")
    assert (entry.actor_id, entry.after) == (str(pages.person.pk), {"rows": 1})


def test_undo_says_first_what_vanishes_and_then_puts_everything_back(pages):
    run = pages.applied(tsv(good(1)))
    asked = pages.get("import-undo", run)
    assert "1 creator, 1 post and 1 code created. What was created vanishes" in text(asked)
    assert Post.objects.count() == 1
    done = pages.client.post(pages.url("import-undo", run), follow=True)
    assert "Undone. Everything is as it was before this import." in text(done)
    assert not Post.objects.exists()
    assert pages.post("import-undo", run).status_code == 409


def test_undo_that_would_throw_work_away_lists_what_stands_in_the_way(pages):
    run = pages.applied(tsv(good(1, title="Ramen")))
    edit_posts(edits=[Edit(Post.objects.get(), {"title": "Ramen, mended"})], **pages.world.by)
    blocked = pages.post("import-undo", run)
    assert blocked.status_code == 409
    said = text(blocked)
    assert "Nothing was undone" in said
    assert "Ramen" in said
    assert Post.objects.count() == 1
