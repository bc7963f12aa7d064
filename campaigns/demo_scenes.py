"""What happened at the demo brand: every section of the board. ``demo_details`` tells the rarer things."""

from collections.abc import Callable
from datetime import timedelta

from authorizations.enums import EndSource, RightTrigger
from authorizations.operations.codes import (
    Extension,
    Verification,
    extend_codes,
    reject_codes,
    revoke_codes,
    verify_codes,
)
from authorizations.operations.links import LinkDraft, open_links
from authorizations.operations.posts import change_method, mark_posts_gone
from authorizations.windows import Term
from brands.enums import Role
from campaigns.demo_stage import Stage
from campaigns.operations.flights import pause_flights, run_flights_anyway
from posts.enums import Method, MetricsSource, UseCase
from posts.enums import Stage as Step
from posts.operations.metrics import Metrics, record_metrics
from posts.operations.stages import StageReached, record_stages


def without_rights(stage: Stage) -> None:
    """The contract ended three days ago, the ad goes on spending; another one runs on somebody's word."""
    post = stage.post("noah_pours", "Three pours, one kettle", age=60, product="Kettle")
    stage.code(post, age=25, days=60, asked=26.5)
    stage.right(post=post, age=58, term=Term(ends_on=stage.day(-3)), contract=96)
    stage.flight(post, "BFCM", -12, 12, 140)

    post = stage.post("liam_cooks", "Knife skills in a minute", age=30, use_case=UseCase.COMPARISON)
    stage.code(post, age=20, days=60, asked=24)
    stage.right(post=post, age=28, term=Term(months=6), paid=False, contract=109)
    flight = stage.flight(post, "Launch Wave 2", -8, 14, 90)
    run_flights_anyway(
        flights=[flight],
        reason="Paid use was agreed by mail, the signed addendum follows this week.",
        approver=stage.people[Role.ADMIN],
        **stage.by(Role.ADMIN, ago=8),
    )


def blocked(stage: Stage) -> None:
    """Nothing delivers: the post went private, a code was revoked, a code expired."""
    post = stage.post("liam_cooks", "Cold brew, first-use reaction", age=26, product="Cold brew maker")
    stage.code(post, age=20, days=60)
    stage.right(post=post, age=24, term=Term(months=3), contract=110)
    stage.flight(post, "Launch Wave 2", -10, 9, 150)
    mark_posts_gone(posts=[post], since=stage.ago(3 / 24), **stage.by(Role.BUYER, ago=2 / 24))

    post = stage.post(
        "zoe.unboxes", "Unboxing the winter set", age=21, brief=stage.brief, use_case=UseCase.UNBOXING
    )
    code = stage.code(post, age=14, days=30, asked=16.5)
    stage.flight(post, "BFCM", -9, 16, 110)
    revoke_codes(codes=[code], at=stage.ago(26 / 24), **stage.by(Role.BUYER, ago=1))

    post = stage.post("theo.trails", "Desk to trail in four minutes", age=40, product="Trail bottle")
    stage.code(post, age=32, days=30)
    stage.right(post=post, age=38, term=Term(months=6), contract=101)
    stage.flight(post, "Q4 Glow", -20, 11, 80)


def stops(stage: Stage) -> None:
    """Codes that end before their flights: one that TikTok verified, one that was extended once already."""
    post = stage.post(
        "maya.glow", "Morning routine, barrier serum", age=33, product="Barrier serum", sku="NB-SER-30"
    )
    left = timedelta(days=2, hours=4)
    code = stage.code(post, age=28, days=30)
    verification = Verification(code, stage.now + left, stage.now + left - timedelta(days=30))
    verify_codes(verifications=[verification], **stage.by(Role.MANAGER, ago=5))
    stage.flight(post, "Q4 Glow", -12, 23, 200)
    numbers = {"views": 184_200, "likes": 12_930, "comments": 611, "shares": 1_804, "saves": 2_377}
    record_metrics(
        metrics=[Metrics(post, stage.ago(1), MetricsSource.PERSON, numbers)], **stage.by(Role.MANAGER, ago=1)
    )

    post = stage.post("isla.hair", "Frost test: satin bonnet", age=70, product="Satin bonnet")
    code = stage.code(post, age=50, days=30, applied="UK")
    extend_codes(
        extensions=[Extension(code, days=30, source=EndSource.CREATOR)], **stage.by(Role.MANAGER, ago=22)
    )
    stage.right(post=post, age=60, term=Term(months=12), territories=["GB", "IE"], contract=93)
    stage.flight(post, "Q4 Glow", -45, 24, 60, account="UK")


def must_pause(stage: Stage) -> None:
    """The code lasts, the contract does not: somebody must pause the ad on the last day."""
    post = stage.post("noah_pours", "Why I switched", age=35, product="Kettle", use_case=UseCase.TESTIMONIAL)
    stage.code(post, age=22, days=60)
    stage.right(post=post, age=30, term=Term(ends_on=stage.day(4)), fee=900, contract=114)
    stage.flight(post, "BFCM", -10, 10, 120)


def waiting(stage: Stage) -> None:
    """Planned, but the creator has to act: no code yet, and a code that TikTok refused."""
    post = stage.post("liam_cooks", "Weeknight ramen, one pan", age=6, product="Pan")
    stage.right(post=post, age=5, term=Term(months=6), contract=131)
    stage.asked(post, days=60, ago=3)
    stage.flight(post, "Launch Wave 2", 6, 34, 130)

    post = stage.post("theo.trails", "First run in the rain", age=9, product="Trail bottle")
    code = stage.code(post, age=4, days=30, applied="", asked=6)
    error = "The authorization code is invalid."
    reject_codes(codes=[code], error=error, **stage.by(Role.BUYER, ago=3))
    stage.asked(post, days=30, ago=2.5)
    stage.right(post=post, age=8, term=Term(months=3), contract=128)
    stage.flight(post, "BFCM", 3, 20, 70)


def runs_until(stage: Stage) -> None:
    """No end is planned; the rights are perpetual, the code lasts for weeks."""
    post = stage.post("isla.hair", "Satin pillowcase, side by side", age=330, product="Satin pillowcase")
    stage.code(post, age=313, days=365)
    stage.right(post=post, age=320, term=Term(perpetual=True), contract=12)
    stage.flight(post, "Evergreen", -100, None, 75)


def replaced(stage: Stage) -> None:
    """A code that ended was replaced in time and applied; another replacement still has to be applied."""
    stage.right(creator=stage.creators["maya.glow"], age=90, term=Term(months=12), fee=4800, contract=77)
    for title, age, replaced_age, applied in (
        ("Night routine, one product", 38, 10, "US"),
        ("Mask on, mask off", 27, 1.5, ""),
    ):
        post = stage.post("maya.glow", title, age=45, product="Barrier serum")
        old = stage.code(post, age=age, days=30)
        stage.code(post, age=replaced_age, days=60, applied=applied, supersedes=old, asked=replaced_age + 1.5)
        stage.flight(post, "Q4 Glow", -25, 21, 95)


def needs_no_code(stage: Stage) -> None:
    """The brand's own account, and a creator whose account is linked in the Business Center."""
    post = stage.post("northbeam", "Why we started", age=50, use_case=UseCase.FOUNDER_STORY)
    stage.flight(post, "Evergreen", -30, 45, 50)

    post = stage.post("theo.trails", "Ridge walk, one bottle", age=44, product="Trail bottle")
    change_method(posts=[post], method=Method.LINKED_ACCOUNT, **stage.by(Role.MANAGER, ago=43))
    link = LinkDraft(stage.creators["theo.trails"], stage.accounts["UK"], stage.ago(43))
    open_links(drafts=[link], **stage.by(Role.MANAGER, ago=43))
    stage.right(post=post, age=42, term=Term(days=180), territories=["GB"], contract=99)
    stage.flight(post, "Q4 Glow", -20, 18, 65, account="UK")


def paused_and_unplanned(stage: Stage) -> None:
    """One flight was paused in Ads Manager, one has no dates yet, one is over. The brief carries the rights."""
    stage.right(brief=stage.brief, age=80, term=Term(ends_on=stage.day(70)), contract=84)
    post = stage.post("zoe.unboxes", "Three gifts, one box", age=24, brief=stage.brief)
    stage.code(post, age=18, days=60)
    flight = stage.flight(post, "BFCM", -11, 13, 85)
    pause_flights(flights=[flight], **stage.by(Role.BUYER, ago=2))
    stage.flight(post, "Launch Wave 2", -16, -13, 40)

    post = stage.post("zoe.unboxes", "Gift guide under $40", age=12, brief=stage.brief)
    stage.code(
        post,
        age=7,
        days=30,
        applied="",
        starts_on=stage.day(-7),
        start_assumed=True,
        end_source=EndSource.ASSUMED,
    )
    stage.flight(post, "BFCM", None, None, None)


def inventory(stage: Stage) -> None:
    """Posts outside any flight: one is ready, two are not."""
    post = stage.post("noah_pours", "Five mugs, one favourite", age=15, product="Mug")
    stage.code(post, age=3, days=365, applied="")
    stage.right(post=post, age=14, term=Term(), contract=125)

    post = stage.post("isla.hair", "Heatless curls overnight", age=5, product="Satin bonnet")
    stage.right(
        post=post, age=20, starts_on=None, trigger=RightTrigger.POSTING, term=Term(days=90), contract=120
    )

    draft = stage.post("liam_cooks", "Soup season, one pot", age=None, draft_due_on=stage.day(4))
    steps = ((Step.BRIEFED, 12), (Step.PRODUCT_SHIPPED, 9), (Step.DRAFT_RECEIVED, 1))
    reached = [StageReached(draft, step, stage.ago(days)) for step, days in steps]
    record_stages(stages=reached, **stage.by(Role.MANAGER))


STORY: tuple[Callable[[Stage], None], ...] = (
    without_rights,
    blocked,
    stops,
    must_pause,
    waiting,
    runs_until,
    replaced,
    needs_no_code,
    paused_and_unplanned,
    inventory,
)
