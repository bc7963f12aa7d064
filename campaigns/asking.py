"""The mail that asks a creator for what limits a flight, ready to be sent by the person who reads the page."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from authorizations.enums import Reason
from authorizations.rules import Gap
from campaigns.phrases import days_to_ask, limiting
from sparktrack.core.wording import TimeWords

_FOR_A_CODE = frozenset({Reason.NO_CODE, Reason.CODE_EXPIRED, Reason.CODE_REVOKED})


@dataclass(frozen=True, slots=True)
class Asked:
    """The post in question and who is asked about it; ``url`` may be empty."""

    address: str
    name: str
    title: str
    url: str
    brand: str


def ask_link(gap: Gap, asked: Asked, *, ends_at: datetime | None, times: TimeWords) -> str:
    """A ``mailto:`` link that asks for a code or for the post to be public; empty where nobody can be asked.

    Rights are agreed with a contract, not with a mail to the creator.
    """
    reason = limiting(gap)
    if not asked.address:
        return ""
    if reason in _FOR_A_CODE:
        days = days_to_ask(ends_at, times.now)
        subject, request = _for_a_code(asked, days)
        if gap.starts_at is not None and gap.starts_at > times.now:
            request = f"Our permission to run this post ends {times.end(gap.starts_at)}. {request}"
    elif reason is Reason.POST_UNAVAILABLE:
        subject = f"{asked.brand}: is your post private?"
        request = "We cannot see this post any more. Could you please make it public again?"
    else:
        return ""
    post = f"{asked.title}\n{asked.url}".strip()
    body = f"Hi {asked.name},\n\n{request}\n\n{post}\n\nThank you!\n{asked.brand}\n"
    return f"mailto:{quote(asked.address, safe='@')}?subject={quote(subject)}&body={quote(body)}"


def _for_a_code(asked: Asked, days: int | None) -> tuple[str, str]:
    period = f"{days} days" if days else "the longest period you can give"
    steps = "open the post, •••, Ad settings, Ad authorization on, choose the period, Generate code"
    return (
        f"{asked.brand}: an ad code for your post",
        f"Could you please generate an ad code for {period} and send it to us?\nIn the TikTok app: {steps}.",
    )
