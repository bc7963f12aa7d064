"""Several people do the same at once: one does it, the others get the row that is there, or a refusal in words."""

import os
from typing import Any

import pytest
from django.db import transaction

from authorizations.models import AccountLink, AuthorizationCode, CodeUse
from authorizations.operations.codes import Extension, Use, extend_codes, mark_applied, revoke_codes
from authorizations.operations.keys import rotate_code_keys
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import PostDraft, add_posts
from authorizations.operations.recording import CodeDraft, DuplicateCodeError, Outcome, record_codes
from brands.models import AuditEntry
from brands.operations.edits import Edit
from campaigns.models import Campaign
from campaigns.operations.campaigns import CampaignDraft, add_campaigns, edit_campaigns
from campaigns.operations.flights import launch_flights
from creators.models import Creator
from creators.operations import CreatorDraft, add_creators, rename_creator
from posts.enums import MetricsSource, Stage
from posts.models import Brief, MetricsSnapshot, Post, StageEvent
from posts.operations.briefs import add_briefs
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages
from tests.concurrency.crowd import ROUNDS, TODAY, at_once, no_errors, proof
from tests.world import DAY, NOW, World, spark_code

pytestmark = pytest.mark.django_db(transaction=True)

POST_ID = "7690248111420345644"


# --- the same code -----------------------------------------------------------------------------------------------
def test_the_same_code_for_one_post_is_one_row_and_a_repeat():
    for number in range(ROUNDS):
        world = World()
        post = world.post()
        draft = CodeDraft(post, spark_code(number), starts_at=NOW, window_days=30)
        answers = at_once(*[lambda world=world, draft=draft: record_codes(drafts=[draft], **world.by)] * 3)
        assert no_errors(answers)
        outcomes = sorted(answer[0].outcome for answer in answers)
        assert outcomes == [Outcome.CREATED, Outcome.REPEATED, Outcome.REPEATED]
        assert {answer[0].code for answer in answers} == {
            AuthorizationCode.objects.for_brand(world.brand).get()
        }


def test_the_same_code_for_two_posts_is_kept_by_one_and_refused_by_its_name_to_the_other():
    for number in range(ROUNDS):
        world = World()
        posts = [world.post(title="Cold brew"), world.post(title="Kettle")]

        def record(post: Post, world: World = world, number: int = number) -> Any:
            draft = CodeDraft(post, spark_code(number), starts_at=NOW, window_days=30)
            return record_codes(drafts=[draft], **world.by)[0]

        answers = at_once(*[lambda post=post, record=record: record(post) for post in posts])
        assert no_errors(answers)
        (refused,) = [answer for answer in answers if isinstance(answer, DuplicateCodeError)]
        kept = AuthorizationCode.objects.for_brand(world.brand).get()
        assert refused.post == kept.post
        assert str(kept.post) in refused.message
        assert proof(world) == []


def test_extensions_at_once_add_up_and_a_revocation_between_them_stays():
    world = World()
    code = world.code(world.post(), NOW, 30)
    extend = [lambda: extend_codes(extensions=[Extension(code, days=7)], **world.by)] * 4
    answers = at_once(*extend, lambda: revoke_codes(codes=[code], at=NOW + DAY, **world.by))
    assert no_errors(answers)
    code.refresh_from_db()
    assert (code.window_days, code.expires_at, code.revoked_at) == (58, NOW + 58 * DAY, NOW + DAY)
    assert proof(world) == []


def test_keys_rotate_while_people_work(settings):
    old, new = os.urandom(32), os.urandom(32)
    for _ in range(ROUNDS):
        settings.CODE_KEYS = {"1": old}
        world = World()
        post = world.post()
        drafts = [CodeDraft(post, spark_code(), starts_at=NOW, window_days=30) for _ in range(300)]
        codes = [answer.code for answer in record_codes(drafts=drafts, **world.by)]
        with transaction.atomic():
            for code in reversed(codes):  # their order on disk is no longer that of their ids
                AuthorizationCode.objects.filter(pk=code.pk).update(last_checked_at=NOW)
        settings.CODE_KEYS = {"1": old, "2": new}
        longer = [Extension(code, days=7) for code in reversed(codes)]
        answers = at_once(
            lambda: sum(rotate_code_keys()),
            lambda world=world, longer=longer: extend_codes(extensions=longer, **world.by),
            lambda world=world, codes=codes: mark_applied(uses=[Use(code) for code in codes], **world.by),
        )
        assert no_errors(answers)
        kept = AuthorizationCode.objects.for_brand(world.brand)
        assert set(kept.values_list("key_id", "window_days")) == {("2", 37)}
        assert proof(world) == []


# --- the same name, id, use … ------------------------------------------------------------------------------------
def _creator(world: World, thing: dict[str, Any]) -> Any:
    return add_creators(drafts=[CreatorDraft("maya")], **world.by)


def _rename(world: World, thing: dict[str, Any]) -> Any:
    return rename_creator(creator=thing["creators"].pop(), handle="maya", **world.by)


def _post(world: World, thing: dict[str, Any]) -> Any:
    return add_posts(drafts=[PostDraft(thing["creator"], tiktok_post_id=POST_ID)], **world.by)


def _post_id(world: World, thing: dict[str, Any]) -> Any:
    return edit_posts(edits=[Edit(thing["posts"].pop(), {"tiktok_post_id": POST_ID})], **world.by)


def _brief(world: World, thing: dict[str, Any]) -> Any:
    return add_briefs(drafts=[{"title": "Glow"}], **world.by)


def _campaign(world: World, thing: dict[str, Any]) -> Any:
    return add_campaigns(drafts=[CampaignDraft("BFCM")], **world.by)


def _campaign_name(world: World, thing: dict[str, Any]) -> Any:
    return edit_campaigns(edits=[Edit(thing["campaigns"].pop(), {"name": "BFCM"})], **world.by)


def _use(world: World, thing: dict[str, Any]) -> Any:
    return mark_applied(uses=[Use(thing["code"], thing["account"]), Use(thing["code"])], **world.by)


def _link(world: World, thing: dict[str, Any]) -> Any:
    return open_links(drafts=[LinkDraft(thing["creator"], thing["account"], NOW)], **world.by)


def _stage(world: World, thing: dict[str, Any]) -> Any:
    return record_stages(stages=[StageReached(thing["post"], Stage.POSTED, NOW)], **world.by)


def _numbers(world: World, thing: dict[str, Any]) -> Any:
    return record_metrics(
        metrics=[Metrics(thing["post"], NOW, MetricsSource.SHEET, {"views": 1})], **world.by
    )


def _launch(world: World, thing: dict[str, Any]) -> Any:
    return launch_flights(flights=[thing["flight"]], **world.by)


@pytest.mark.parametrize(
    ("task", "model", "where", "rows"),
    [
        (_creator, Creator, {"handle": "maya"}, 1),
        (_rename, Creator, {"handle": "maya"}, 1),
        (_post, Post, {"tiktok_post_id": POST_ID}, 1),
        (_post_id, Post, {"tiktok_post_id": POST_ID}, 1),
        (_brief, Brief, {"title": "Glow"}, 1),
        (_campaign, Campaign, {"name": "BFCM"}, 1),
        (_campaign_name, Campaign, {"name": "BFCM"}, 1),
        (_use, CodeUse, {}, 2),
        (_link, AccountLink, {}, 1),
        (_stage, StageEvent, {}, 1),
        (_numbers, MetricsSnapshot, {}, 1),
        (_launch, AuditEntry, {"action": "flight.launched"}, 1),
    ],
    ids=lambda item: item.__name__.strip("_") if callable(item) else "",
)
def test_of_four_who_do_the_same_one_does_it(task, model, where, rows):
    for _ in range(ROUNDS):
        world = World()
        post, *posts = world.posts(5)
        names = [CampaignDraft(f"Campaign {number}") for number in range(4)]
        thing = {
            "creator": post.creator,
            "creators": [other.creator for other in posts],
            "post": post,
            "posts": posts,
            "campaigns": add_campaigns(drafts=names, **world.by),
            "code": world.code(post, NOW),
            "account": world.account(),
            "flight": world.flight(post, TODAY),
        }
        audit = AuditEntry.objects.for_brand(world.brand).count()
        answers = at_once(*[lambda world=world, thing=thing: task(world, thing)] * 4)
        assert no_errors(answers)
        assert sum(bool(answer) and not isinstance(answer, Exception) for answer in answers) == 1
        assert model.objects.for_brand(world.brand).filter(**where).count() == rows
        assert AuditEntry.objects.for_brand(world.brand).count() == audit + rows
        assert proof(world) == []
