"""The page of a post, part by part: codes, rights, links, numbers, history, hand-off."""

import pytest
import time_machine

from authorizations.enums import RightTrigger
from authorizations.operations.codes import Use, mark_applied, reject_codes, revoke_codes
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import change_method, set_own_account
from brands.enums import Role
from brands.operations.edits import Edit
from campaigns.operations.flights import run_flights_anyway
from posts.enums import Lane, Method, MetricsSource, PaymentState, Stage, UseCase
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages
from tests.campaigns.postpage import text, verdict
from tests.campaigns.scenes import ready_post, without_rights
from tests.world import DAY, NOW, World, client_of, spark_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world():
    return World()


@pytest.fixture
def show(world):
    """Opens the page of a post as a member with a role."""

    def get(post, role=Role.VIEWER):
        return client_of(world.member(role)).get(f"/b/{world.brand.slug}/posts/{post.pk}/")

    return get


def test_a_code_is_shown_by_its_ending_only(world, show):
    post = world.post()
    code = spark_code(4711)
    world.code(post, NOW, code=code)
    for role in Role:
        page = show(post, role).content.decode()
        assert f"code ending {code[-4:]}" in page
        assert code not in page
        assert code[:-4] not in page


def test_codes_say_their_status_window_and_use(world, show):
    post = world.post()
    account = world.account(name="Northbeam US")
    used = world.code(post, NOW - DAY, days=60)
    mark_applied(uses=[Use(used, account)], **world.by)
    revoke_codes(codes=[world.code(post, NOW - 9 * DAY, days=60)], at=NOW - DAY, **world.by)
    reject_codes(codes=[world.code(post, NOW)], error="Error 4012: no longer valid", **world.by)
    world.code(post, NOW - 40 * DAY)
    world.code(post, NOW + 3 * DAY)
    world.code(post, NOW - 27 * DAY)
    codes = text(show(post), "codes")
    for word in (
        "Active",
        "Revoked",
        "Rejected",
        "Expired",
        "Scheduled",
        "Expiring",
        "Error 4012",
        "Northbeam US",
    ):
        assert word in codes, word
    assert codes.count("not applied yet") == 5
    assert "60 days" in codes


def test_a_guessed_start_is_called_about(world, show):
    post = world.post()
    world.code(post, NOW, start_assumed=True)
    page = show(post)
    assert "about" in text(page, "codes")
    assert "Ask when it was generated" in text(page, "todos")


def test_rights_of_the_post_silence_those_of_brief_and_creator(world, show):
    post = world.post()
    world.right(world.day(-5), world.day(30), post=post, contract_reference="2026-1", channels=["tiktok"])
    world.right(world.day(-5), creator=post.creator, contract_reference="2025-9")
    rights = text(show(post), "rights")
    assert rights.count("Does not count here") == 1
    assert rights.index("Paid use allowed") < rights.index("2025-9") < rights.index("Does not count here")


def test_rights_say_when_they_are_not_paid_not_started_or_over(world, show):
    post = world.post()
    world.right(world.day(-5), post=post, paid_amplification=False)
    world.right(None, post=post, trigger=RightTrigger.POSTING)
    world.right(world.day(-50), world.day(-5), post=post)
    world.right(world.day(5), world.day(9), post=post)
    rights = text(show(post), "rights")
    for words in (
        "Paid use not allowed",
        "begins with posting, which has not happened",
        "Ended",
        "Starts later",
    ):
        assert words in rights, words
    # The last day of a right, not the instant after it.
    assert "Sun 29 Nov" in rights or "Mon 30 Nov" in rights
    assert "00:00" not in rights


def test_a_brand_that_does_not_track_rights_says_so(show, world):
    world.brand.tracks_rights = False
    world.brand.save()
    assert "does not track rights" in text(show(world.post()), "rights")


def test_links_stand_in_for_codes_where_no_code_is_needed(world, show):
    post = world.post()
    change_method(posts=[post], method=Method.LINKED_ACCOUNT, **world.by)
    assert "This post needs no code" in text(show(post), "codes")
    open_links(drafts=[LinkDraft(post.creator, world.account(name="US"), NOW)], **world.by)
    assert "Linked to US" in text(show(post), "codes")


def test_the_own_account_needs_no_code(world, show):
    post = world.post()
    set_own_account(creators=[post.creator], own=True, **world.by)
    assert "needs no code" in text(show(post), "codes")


def test_the_own_account_needs_no_rights_but_those_of_the_post_count(world, show):
    post = world.post()
    set_own_account(creators=[post.creator], own=True, **world.by)
    assert "it needs no usage rights" in text(show(post), "rights")
    world.right(world.day(-5), creator=post.creator)
    wider = text(show(post), "rights")
    assert "on an own account only rights of the post itself count" in wider
    assert "closer rights" not in wider


def test_a_post_without_a_code_says_how_the_creator_makes_one(world, show):
    assert "Generate code" in text(show(world.post()), "codes")


def test_running_anyway_names_reason_and_person(world, show):
    flight = without_rights(world)
    ada = world.member(Role.ADMIN, full_name="Ada Lovelace")
    run_flights_anyway(flights=[flight], reason="Agreed by mail", approver=ada, **world.by)
    assert "Runs anyway: Agreed by mail Approved by Ada" in text(show(flight.post), "flights")


def test_stage_numbers_and_history_are_there(world, show):
    post = world.post()
    record_stages(stages=[StageReached(post, Stage.APPROVED, NOW)], **world.by)
    numbers = {"views": 184_200, "likes": 7}
    record_metrics(metrics=[Metrics(post, NOW, MetricsSource.PERSON, numbers)], **world.by)
    page = text(show(post))
    assert "Approved" in page
    assert "184,200 views, 7 likes" in page
    assert "Post added" in text(show(post), "history")


def test_a_replacement_to_apply_is_the_next_step_before_anything_else(world, show):
    post = world.post()
    old = world.code(post, NOW - 3 * DAY, days=7)
    new = world.code(post, NOW, days=60, supersedes=old)
    world.right(world.day(-9), post=post)
    account = world.account()
    world.flight(post, world.day(-1), world.day(20), ad_account=account)
    mark_applied(uses=[Use(old, account)], **world.by)
    page = show(post, Role.BUYER)
    assert verdict(page) == "Apply the replacement by Wed 25 Nov, 14:05 UTC"
    assert '<a class="btn primary" href="#codes">' in page.content.decode()
    assert f"Replaced by the code ending {new.ending}" in text(page, "codes")
    mark_applied(uses=[Use(new, account)], **world.by)
    assert verdict(show(post)).startswith("Covered to the end")


def test_a_right_ends_on_the_day_that_was_typed_also_west_of_the_brand(show):
    world = World(time_zone="Europe/Berlin")
    post = ready_post(world, rights_days=4)
    account = world.account(time_zone="America/New_York")
    world.flight(post, world.day(-1), world.day(20), ad_account=account)
    client = client_of(world.member(Role.VIEWER))
    page = client.get(f"/b/{world.brand.slug}/posts/{post.pk}/")
    # The account's last full day is the 24th; the contract says the 25th.
    assert verdict(page) == "Rights end Wed 25 Nov: pause it that day"
    assert "The day is over at Wed 25 Nov, 18:00 EST for the ad account." in text(page)
    assert "– 25 Nov" in page.content.decode()
    assert "24 Nov" not in page.content.decode()
    with time_machine.travel(NOW + 5 * DAY, tick=False):
        page = client_of(world.member(Role.VIEWER)).get(f"/b/{world.brand.slug}/posts/{post.pk}/")
        assert verdict(page) == "Runs without permission since Thu 26 Nov: pause it now"


def test_history_shows_the_newest_and_all_of_it_behind_a_link(world, show):
    post = world.post()
    for number in range(12):
        edit_posts(edits=[Edit(post, {"title": f"Title {number}"})], **world.by)
    first = show(post)
    assert text(first, "history").count("Post edited") == 8
    assert "Post added" not in text(first, "history")
    assert f'href="{post.get_absolute_url()}?history=all#history"' in first.content.decode()
    client = client_of(world.member(Role.VIEWER))
    everything = client.get(f"/b/{world.brand.slug}/posts/{post.pk}/?history=all")
    assert text(everything, "history").count("Post edited") == 12
    assert "Post added" in text(everything, "history")
    assert "Show all" not in text(everything)


def test_the_hand_off_says_what_goes_along_and_what_the_contract_says(world, show):
    post = world.post(
        details={
            "lane": Lane.READY_FOR_SPARK,
            "sku": "NB-1",
            "product": "Serum",
            "hook_angle": "morning routine",
            "use_case": UseCase.TESTIMONIAL,
            "offer": "15 % off",
            "landing_page": "https://shop.example/serum",
            "comment_quality": "Only for us: comments",
            "payment_state": PaymentState.DUE,
        }
    )
    newer = world.post(post.creator, title="Recut", replaces=post)
    world.right(world.day(-5), post=post, comments_owner="Fern", creator_may_remove=False)
    card = text(show(post), "hand-off")
    for words in (
        "Lane Ready for Spark",
        "Product NB-1 Serum",
        "Angle morning routine",
        "Use case Testimonial",
        "Offer 15 % off",
        "Landing page https://shop.example/serum",
        "Comments Fern answers",
        "May remove no",
        "Replaced by Recut",
    ):
        assert words in card, words
    assert "Only for us" not in card
    assert "Payment" not in card
    assert "Payment due" in text(show(post, Role.BUYER), "hand-off")
    assert f'href="/b/{world.brand.slug}/posts/{post.pk}/"' in show(newer).content.decode()
