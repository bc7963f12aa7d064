"""``prove_gaps`` finds every stored gap that is wrong, says so to a person, and repairs it on request."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authorizations.models import AuthorizationCode, PostGap
from authorizations.operations import proof
from brands.models import AuditEntry, Brand
from posts.models import Post
from tests.world import DAY, NOW, World

pytestmark = pytest.mark.django_db

WRONG = "Stored gaps are wrong. prove_gaps --repair writes them afresh."


def prove(*arguments: str) -> tuple[str, int]:
    """What is printed, and the exit code."""
    printed = StringIO()
    try:
        call_command("prove_gaps", *arguments, stdout=printed)
    except CommandError as error:
        return f"{printed.getvalue()}{error}", error.returncode
    return printed.getvalue(), 0


@pytest.fixture
def world() -> World:
    """Two posts, one with a code of thirty days and no rights."""
    world = World(slug="acme")
    world.code(world.post(world.creator("maya.glow"), title="Morning routine"), NOW)
    world.post(title="Another")
    return world


def test_true_gaps_are_proven_and_counted(world):
    World().post()
    assert prove() == ("posts proven: 3, differences: 0\n", 0)
    assert prove("--brand", "acme") == ("posts proven: 2, differences: 0\n", 0)


def test_nothing_to_prove_is_proven():
    assert prove() == ("posts proven: 0, differences: 0\n", 0)


def test_a_difference_is_one_line_for_a_person_and_exit_code_1(world):
    post = Post.objects.get(title="Morning routine")
    AuthorizationCode.objects.update(expires_at=NOW + 60 * DAY)  # behind the back of the operations
    before = "always to 2026-11-21 14:05: code_not_started,no_rights; 2026-11-21 14:05 to "
    assert prove() == (
        (
            f"acme: Morning routine by @maya.glow ({post.pk}) "
            f"stored: {before}2026-12-21 14:05: no_rights (must be paused); "
            "2026-12-21 14:05 to for ever: code_expired,no_rights | "
            f"computed: {before}2027-01-20 14:05: no_rights (must be paused); "
            "2027-01-20 14:05 to for ever: code_expired,no_rights\n"
            f"posts proven: 2, differences: 1\n{WRONG}"
        ),
        1,
    )


@pytest.mark.parametrize(
    "spoil",
    [
        lambda: PostGap.objects.filter(post__title="Another").delete(),
        lambda: PostGap.objects.filter(ends_at=None).update(reasons="no_code"),
        lambda: PostGap.objects.filter(stops_itself=False).update(stops_itself=True),
        lambda: PostGap.objects.filter(starts_at=NOW).update(starts_at=NOW + timedelta(microseconds=1)),
        lambda: Brand.objects.update(tracks_rights=False),
        lambda: Post.objects.filter(title="Another").update(unavailable_from=NOW),
    ],
    ids=["missing", "reasons", "who stops it", "a microsecond", "rights tracking", "post gone"],
)
def test_whatever_is_wrong_is_found_and_repaired(world, spoil):
    spoil()
    assert prove()[1] == 1
    printed, code = prove("--repair")
    assert (printed.splitlines()[-1].endswith(", repaired"), code) == (True, 0)
    assert prove() == ("posts proven: 2, differences: 0\n", 0)


def test_a_repair_is_in_the_audit_with_what_was_stored_before(world):
    PostGap.objects.filter(post__title="Another").delete()
    prove("--repair")
    entry = AuditEntry.objects.get(action="post.gaps_repaired")
    assert (entry.object_label, entry.actor_label) == ("Another", "prove_gaps")
    assert (entry.before, entry.after) == ({"gaps": []}, {"gaps": ["always to for ever: no_code,no_rights"]})


def test_only_the_named_brand_is_proven(world):
    World(slug="other").post()
    PostGap.objects.filter(brand__slug="other").delete()
    assert prove("--brand", "acme")[1] == 0
    assert prove("--brand", "other")[1] == 1


def test_an_unknown_brand_is_exit_code_2(world):
    assert prove("--brand", "nobody") == ("There is no brand nobody.", 2)


def test_posts_are_read_in_slices_and_each_once(world, monkeypatch):
    monkeypatch.setattr(proof, "SLICE", 2)
    for number in range(5):
        world.post(title=f"Number {number}")
    PostGap.objects.filter(post__title__startswith="Number").delete()
    assert [part.posts for part in proof.prove_gaps(world.brand)] == [2, 2, 2, 1]
    found = [each.post_id for part in proof.prove_gaps(world.brand) for each in part.differences]
    assert sorted(found) == sorted(
        Post.objects.filter(title__startswith="Number").values_list("pk", flat=True)
    )


def test_a_slice_takes_the_same_queries_for_few_and_for_many_posts(world):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert prove()[1] == 0
        return len(captured)

    few = queries()
    for _ in range(20):
        world.post()
    assert queries() == few


def test_a_write_between_the_reads_is_no_difference(world, monkeypatch):
    """The first look sees the inputs of before and the gaps of after; under the lock it is looked at again."""
    looks = []

    def differences(brand, ids):
        looks.append(list(ids))
        return (
            true_differences(brand, ids)
            if len(looks) > 1
            else [proof.Difference(ids[0], frozenset(), frozenset())]
        )

    true_differences = proof.differences
    monkeypatch.setattr(proof, "differences", differences)
    assert prove() == ("posts proven: 2, differences: 0\n", 0)
    assert len(looks) == 2
