"""What happened at the demo brand, continued: the rarer methods, sources, rights, stages and notes, each once."""

from collections.abc import Callable
from datetime import timedelta

from authorizations.enums import EndSource, RightTrigger
from authorizations.operations.codes import Use, Verification, mark_applied, verify_codes
from authorizations.operations.links import LinkDraft, close_links, open_links
from authorizations.operations.posts import change_method
from authorizations.windows import Term
from brands.enums import Role
from brands.operations.edits import Edit
from campaigns.demo_stage import Stage, invented_code
from campaigns.enums import SpendSource
from campaigns.operations.flights import end_flights
from posts.enums import Lane, Method, MetricsSource, PaymentState, UseCase
from posts.enums import Stage as Step
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.posts import edit_posts
from posts.operations.stages import StageReached, record_stages


def nothing_agreed(stage: Stage) -> None:
    """Ads that run without any right, and one that the contract keeps to another platform."""
    post = stage.post(
        "noah_pours", "Latte art, slow motion", age=16, product="Kettle", use_case=UseCase.SOCIAL_PROOF
    )
    stage.code(post, age=11, days=60)
    stage.flight(post, "Evergreen", -6, 20, 45)

    post = stage.post("theo.trails", "Packing list, thirty seconds", age=18, product="Trail bottle")
    stage.code(post, age=12, days=60, applied="")
    stage.right(post=post, age=15, term=Term(months=6), channels=["Instagram"], contract=133)


def not_begun(stage: Stage) -> None:
    """Planned flights that begin before their code does, and before the rights do."""
    post = stage.post("theo.trails", "Campfire coffee", age=3, product="Trail bottle", sku="NB-TRL-07")
    stage.code(post, age=-3.5, days=30, applied="", noted=0.5, end_source=EndSource.CREATOR)
    stage.right(post=post, age=2, term=Term(months=3), contract=135)
    stage.flight(post, "BFCM", 2, 22, 60)

    post = stage.post("isla.hair", "Silk scarf, five ways", age=8, product="Silk scarf")
    stage.code(post, age=4, days=60, applied="")
    stage.right(post=post, age=5, starts_on=stage.day(9), term=Term(days=120), contract=136)
    stage.flight(post, "Launch Wave 2", 4, 34, 55, account="UK")


def other_methods(stage: Stage) -> None:
    """Posts that need no code of their own: by account, by TikTok One, by the shop; a link that was taken back."""
    by = stage.by(Role.MANAGER, ago=24)
    post = stage.post("zoe.unboxes", "Live unboxing, cut down", age=25, use_case=UseCase.UNBOXING)
    change_method(posts=[post], method=Method.ACCOUNT_LEVEL, **by)
    stage.right(
        post=post, age=23, term=Term(days=180), trigger=RightTrigger.CONTRACT, spend_cap=5000, contract=103
    )
    stage.flight(post, "BFCM", -4, 15, 35, spend_source=SpendSource.REPORT)

    post = stage.post("maya.glow", "Winter skin, three steps", age=17, product="Barrier serum")
    change_method(posts=[post], method=Method.TIKTOK_ONE, **stage.by(Role.MANAGER, ago=16))
    stage.flight(post, "Q4 Glow", 5, 25, 70)

    post = stage.post("noah_pours", "The mug that sold out", age=29, product="Mug")
    change_method(posts=[post], method=Method.SHOP_AFFILIATE, **stage.by(Role.MANAGER, ago=28))

    post = stage.post("liam_cooks", "Stock from scraps", age=48, product="Pan")
    change_method(posts=[post], method=Method.LINKED_ACCOUNT, **stage.by(Role.MANAGER, ago=47))
    link = LinkDraft(stage.creators["liam_cooks"], stage.accounts["US"], stage.ago(46))
    links = open_links(drafts=[link], **stage.by(Role.MANAGER, ago=46))
    close_links(links=links, at=stage.ago(6), **stage.by(Role.MANAGER, ago=5))
    stage.right(
        post=post,
        age=45,
        term=Term(months=12),
        trigger=RightTrigger.FIRST_PAID_USE,
        starts_on=stage.day(-40),
        contract=88,
    )


def read_and_handed_in(stage: Stage) -> None:
    """Ends that somebody read in Ads Manager and that came with a sheet; a duet with the code of its source post."""
    post = stage.post("isla.hair", "Duet: her grandmother's comb", age=32, product="Satin bonnet")
    code = stage.code(post, age=20, days=60, applied="", source_post_code=invented_code())
    read = Verification(code, stage.now + timedelta(days=40, hours=3), source=EndSource.ADS_MANAGER)
    verify_codes(verifications=[read], **stage.by(Role.BUYER, ago=2))
    mark_applied(uses=[Use(code)], **stage.by(Role.BUYER, ago=19))
    stage.right(
        post=post,
        age=30,
        term=Term(months=9),
        trigger=RightTrigger.DELIVERY,
        creator_may_remove=True,
        comments_owner="",
        contract=97,
    )
    stage.flight(post, "Evergreen", -15, 30, 50, account="UK")

    post = stage.post(
        "theo.trails", "Blister kit", age=41, lane=Lane.TEST_ORGANICALLY, landing_page="", product="Trail kit"
    )
    stage.code(post, age=13, days=30, applied="", end_source=EndSource.SHEET)
    stage.right(post=post, age=36, term=Term(months=6), contract=98)
    flight = stage.flight(post, "Launch Wave 2", -8, 20, None, account="")
    end_flights(flights=[flight], **stage.by(Role.BUYER, ago=3))
    stage.flight(post, "BFCM", 7, 14, None, account="")


def from_brief_to_ad(stage: Stage) -> None:
    """A post that went through every stage, recut after its approval; the old cut is kept out of ads."""
    old = stage.post(
        "liam_cooks", "Sheet-pan supper, first cut", age=22, lane=Lane.KEEP_OUT_OF_PAID, product="Pan"
    )
    post = stage.post(
        "liam_cooks",
        "Sheet-pan supper, recut",
        age=10,
        replaces=old,
        product="Pan",
        sku="NB-PAN-28",
        hook_angle="One pan, no washing up",
        offer="15 % first order",
        use_case=UseCase.PROBLEM_SOLUTION,
        caption="One pan. Dinner. #northbeam",
        hand_off_note="Lead with the washing up. The first three seconds carry it.",
        comment_quality="Many ask where to buy the pan; few doubts.",
        notes="He wants to hear how it does.",
        payment_state=PaymentState.DUE,
    )
    steps = (
        (Step.BRIEFED, 40),
        (Step.PRODUCT_SHIPPED, 36),
        (Step.DRAFT_RECEIVED, 26),
        (Step.REVISION_ASKED, 24),
        (Step.APPROVED, 12),
        (Step.POSTED, 10),
    )
    reached = [StageReached(post, step, stage.ago(days)) for step, days in steps]
    record_stages(stages=reached, **stage.by(Role.MANAGER, ago=9.5))
    edit_posts(
        edits=[
            Edit(post, {"caption": "One pan. Dinner. Ad #northbeam"}),
            Edit(old, {"payment_state": PaymentState.PAID}),
        ],
        **stage.by(Role.MANAGER, ago=9),
    )
    stage.code(post, age=9, days=60)
    stage.right(post=post, age=10, term=Term(months=6), trigger=RightTrigger.POSTING, fee=750, contract=118)
    numbers = ({"views": 9_400, "likes": 610}, {"views": 21_700, "likes": 1_480, "saves": 233})
    sources = (MetricsSource.SHEET, MetricsSource.TIKTOK)
    record_metrics(
        metrics=[
            Metrics(post, stage.ago(ago), source, said)
            for ago, source, said in zip((6, 2), sources, numbers, strict=True)
        ],
        **stage.by(Role.MANAGER, ago=2),
    )
    stage.flight(post, "Evergreen", -7, 25, 80)


DETAILS: tuple[Callable[[Stage], None], ...] = (
    nothing_agreed,
    not_begun,
    other_methods,
    read_and_handed_in,
    from_brief_to_ad,
)
