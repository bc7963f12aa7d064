"""What is being made at the demo brand: a second brief, and deliverables on their way from it to a post."""

from collections.abc import Callable
from typing import Any

from brands.enums import Role
from campaigns.demo_stage import Stage
from posts.enums import PaymentState, UseCase
from posts.enums import Stage as Step
from posts.models import Brief, Post
from posts.operations.briefs import add_briefs
from posts.operations.stages import StageReached, record_stages


def on_their_way(stage: Stage) -> None:
    """Creators at every stage before the post: one who was briefed only, one whose draft is late."""
    brief = _winter_brief(stage)
    told = _made(stage, "isla.hair", "Scarf before the first frost", brief, draft=9, post=16)
    _reached(stage, told, (Step.BRIEFED, 2))

    sent = _made(
        stage,
        "theo.trails",
        "Flask on the summit",
        brief,
        draft=6,
        post=13,
        shipment_reference="UPS 1Z 84E 0397",
    )
    _reached(stage, sent, (Step.BRIEFED, 8), (Step.PRODUCT_SHIPPED, 5))

    late = _made(
        stage,
        "noah_pours",
        "Cocoa that stays hot",
        brief,
        draft=-2,
        post=5,
        shipment_reference="UPS 1Z 84E 0388",
    )
    _reached(stage, late, (Step.BRIEFED, 14), (Step.PRODUCT_SHIPPED, 11))

    seen = _made(
        stage,
        "zoe.unboxes",
        "Wrapping nothing, five gifts",
        stage.brief,
        draft=-5,
        post=3,
        use_case=UseCase.UNBOXING,
        draft_link="https://drafts.example/zoe/wrapping-nothing",
    )
    _reached(
        stage,
        seen,
        (Step.BRIEFED, 18),
        (Step.PRODUCT_SHIPPED, 15),
        (Step.DRAFT_RECEIVED, 4),
        (Step.REVISION_ASKED, 3),
    )

    agreed = _made(
        stage,
        "maya.glow",
        "Winter skin, the short version",
        brief,
        draft=-6,
        post=2,
        draft_link="https://drafts.example/maya/winter-skin",
        payment_state=PaymentState.DUE,
    )
    _reached(
        stage,
        agreed,
        (Step.BRIEFED, 20),
        (Step.PRODUCT_SHIPPED, 17),
        (Step.DRAFT_RECEIVED, 7),
        (Step.APPROVED, 1),
    )


def _winter_brief(stage: Stage) -> Brief:
    says = {
        "title": "First frost",
        "product_truth": "The flask keeps 350 ml hot for six hours; tested at minus ten degrees.",
        "audience_problem": "Whoever is out early drinks it cold, or not at all.",
        "claim_boundaries": "Say hours, never “all day”. No word about health.",
        "tone_examples": "Breath in the air, gloves on, no voice over.",
        "usage_days": 180,
        "usage_paid": True,
    }
    return add_briefs(drafts=[says], **stage.by(Role.MANAGER, ago=21))[0]


def _made(
    stage: Stage, handle: str, title: str, brief: Brief, *, draft: int, post: int, **details: Any
) -> Post:
    """A deliverable with its two days, counted from today; which lane it takes nobody says before it is there."""
    details |= {"draft_due_on": stage.day(draft), "post_due_on": stage.day(post), "lane": ""}
    return stage.post(handle, title, age=None, brief=brief, **details)


def _reached(stage: Stage, post: Post, *steps: tuple[Step, float]) -> None:
    reached = [StageReached(post, step, stage.ago(days)) for step, days in steps]
    record_stages(stages=reached, **stage.by(Role.MANAGER))


DRAFTS: tuple[Callable[[Stage], None], ...] = (on_their_way,)
