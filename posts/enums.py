"""The words of posts: choices of a deliverable (DOMAIN.md §3)."""

from enum import StrEnum


class Method(StrEnum):
    """How a post is authorized for ads."""

    CODE = "code"
    LINKED_ACCOUNT = "linked_account"
    ACCOUNT_LEVEL = "account_level"
    TIKTOK_ONE = "tiktok_one"
    SHOP_AFFILIATE = "shop_affiliate"


class UseCase(StrEnum):
    """What kind of story a post tells."""

    TESTIMONIAL = "testimonial"
    PROBLEM_SOLUTION = "problem_solution"
    UNBOXING = "unboxing"
    COMPARISON = "comparison"
    FOUNDER_STORY = "founder_story"
    SOCIAL_PROOF = "social_proof"


class Lane(StrEnum):
    """What is meant to happen with a post."""

    TEST_ORGANICALLY = "test_organically"
    READY_FOR_SPARK = "ready_for_spark"
    KEEP_OUT_OF_PAID = "keep_out_of_paid"


class PaymentState(StrEnum):
    """Whether the creator was paid for the post."""

    NONE = "none"
    DUE = "due"
    PAID = "paid"


class Stage(StrEnum):
    """The steps of a deliverable, in order."""

    BRIEFED = "briefed"
    PRODUCT_SHIPPED = "product_shipped"
    DRAFT_RECEIVED = "draft_received"
    REVISION_ASKED = "revision_asked"
    APPROVED = "approved"
    POSTED = "posted"


class MetricsSource(StrEnum):
    """Where numbers of a post come from."""

    SHEET = "sheet"
    PERSON = "person"
    TIKTOK = "tiktok"
