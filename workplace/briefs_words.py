"""The lines of a contract that make the code arrive with the deliverable. Plain Python, English, no clock."""

from posts.models import Brief
from sparktrack.core.wording import count


def usage_words(brief: Brief) -> str:
    """``90 days, paid``; what is not said is left out."""
    said = [count(brief.usage_days, "day")] if brief.usage_days else []
    if brief.usage_paid is not None:
        said.append("paid" if brief.usage_paid else "organic only")
    return ", ".join(said)


def contract_lines(brief: Brief, *, brand: str, window_days: int) -> list[str]:
    """What to put into the contract; ``window_days``: the window of a code that the brand asks for.

    A post that nobody pays to show needs no code, so a brief for organic use asks for none.
    """
    usage = count(brief.usage_days, "day") if brief.usage_days else "the agreed time"
    if brief.usage_paid is False:
        return [
            f"{brand} may show the post on its own channels for {usage} from posting. It is not used in paid ads.",
            "The Creator keeps the post public for that time.",
        ]
    lines = [
        (
            f"The Creator will send the TikTok authorization code for {count(window_days, 'day')} together with the "
            "live link, on the day of posting. The deliverable is complete when both have arrived."
        ),
        "The Creator generates the code on the day on which it is sent: its days count from then on.",
        f"{brand} may use the post in paid ads on TikTok (Spark Ads) for {usage} from posting.",
    ]
    if brief.usage_days and brief.usage_days > window_days:
        lines.append(
            f"As the code lasts {count(window_days, 'day')}, the Creator will extend it, or send a new one, within "
            "two working days of being asked, until that time is over."
        )
    lines += [
        "Until then the Creator keeps the post public, does not delete it, and does not revoke the code.",
        "The Creator switches on “Ad authorization” for the post and uses only music that is cleared for ads.",
        f"The Creator does not change the caption after {brand} has approved it.",
    ]
    return lines


def contract_text(brief: Brief, *, brand: str, window_days: int) -> str:
    """The same as plain text, to be copied."""
    lines = contract_lines(brief, brand=brand, window_days=window_days)
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
