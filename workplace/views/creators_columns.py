"""The posts of a creator: which are watched, and which bring comments."""

from decimal import Decimal

from workplace.lists.columns import Column, Look
from workplace.queries.posts import PostLine
from workplace.views.posts_columns import COLUMNS


def engagement(line: PostLine) -> Decimal | None:
    """Likes, comments, shares and saves in percent of the views; None without views."""
    numbers = line.metrics
    if numbers is None or not numbers.views:
        return None
    reactions = sum(each or 0 for each in (numbers.likes, numbers.comments, numbers.shares, numbers.saves))
    return (Decimal(100) * reactions / numbers.views).quantize(Decimal("0.1"))


def _engagement(line: PostLine, _look: Look) -> str:
    found = engagement(line)
    return "" if found is None else f"{found} %"


def _comments(line: PostLine, _look: Look) -> str:
    return f"{line.metrics.comments:,}" if line.metrics and line.metrics.comments is not None else ""


_KEPT = ("post", "may_run", "stage", "views")
POST_COLUMNS: tuple[Column[PostLine], ...] = (
    *(column for column in COLUMNS if column.key in _KEPT),
    Column(key="comments", label="Comments", draw=_comments, number=True),
    Column(key="engagement", label="Engagement", draw=_engagement, number=True),
    *(column for column in COLUMNS if column.key == "flights"),
)
