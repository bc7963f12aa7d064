"""What TikTok says when it refuses a code, in plain words: the cause, who moves next, and what to write to them.

Names and numbers are those of TikTok's help page on code errors in Ads Manager and of its API for Business. A text that
nobody knows stays unknown: no cause is guessed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Mover(StrEnum):
    """Whose move it is."""

    CREATOR = "creator"
    BUYER = "buyer"
    NOBODY = "nobody"  # wait, then try again


@dataclass(frozen=True, slots=True)
class TikTokError:
    """A refusal. ``signs``: numbers and names by which it is known, lower case.

    ``refuses_code``: the code will not work as it is. ``post_gone``: TikTok shows the post to nobody. The creator is
    ``told`` something about a post and ``asked`` something (``{period}``: for how long); both empty where they can do
    nothing.
    """

    key: str
    shown: str
    signs: tuple[str, ...]
    cause: str
    mover: Mover
    step: str
    told: str = ""
    asked: str = ""
    refuses_code: bool = False
    post_gone: bool = False


ERRORS: Final = (
    TikTokError(
        key="expired",
        shown="4025 auth_code_expired",
        signs=("4025", "auth_code_expired"),
        cause="The period of the code is over, whatever our dates say.",
        mover=Mover.CREATOR,
        step="Ask the creator to extend the same code; if the app does not offer that, a new one is needed.",
        told="the ad code of your post has run out:",
        asked="Could you please extend it for {period}? In the TikTok app: open the post, •••, Ad settings, Extend. "
        "If there is nothing to extend, please generate a new code there and send it over.",
        refuses_code=True,
    ),
    TikTokError(
        key="not-found",
        shown="auth_code_not_found",
        signs=("auth_code_not_found",),
        cause="The creator deleted the code, or switched ad authorization off.",
        mover=Mover.CREATOR,
        step="Ask for a new code: a deleted one does not come back.",
        told="TikTok says that the ad code of this post was deleted:",
        asked="If that was not meant, could you please generate a new one for {period} and send it over? In the TikTok "
        "app: open the post, •••, Ad settings, Ad authorization on, choose the period, Generate code, copy.",
        refuses_code=True,
    ),
    TikTokError(
        key="format",
        shown="4013 auth_code_format_error",
        signs=("4013", "auth_code_format_error"),
        cause="What was entered is not a whole code: something is missing, or came along when it was copied.",
        mover=Mover.BUYER,
        step="Copy it from here once more and enter it alone. If it is refused again, ask for it as text.",
        told="the ad code of this post does not arrive whole:",
        asked="Could you please copy it again (•••, Ad settings, Copy code) and send it as text, not as a picture? "
        "It begins with # and ends with =.",
        refuses_code=True,
    ),
    TikTokError(
        key="deleted",
        shown="4002 video_deleted",
        signs=("video_deleted", "video deleted"),
        cause="The post was deleted.",
        mover=Mover.CREATOR,
        step="Ask whether it was meant. A video that is uploaded again is a new post and needs a new code.",
        told="we cannot see this post any more:",
        asked="Was it deleted? If you upload it again, please send us the new link with a code for {period}.",
        refuses_code=True,
        post_gone=True,
    ),
    TikTokError(
        key="unavailable",
        shown="4002 video_unavailable",
        signs=("4002", "video_unavailable", "video unavailable"),
        cause="The post is private, or TikTok took it down for a breach of its guidelines.",
        mover=Mover.CREATOR,
        step="Ask the creator to make it public again, or to appeal in the app. Until then nothing delivers.",
        told="TikTok does not show this post any more:",
        asked="Is it private? Please make it public again. If TikTok took it down, could you appeal in the app and "
        "tell us?",
        post_gone=True,
    ),
    TikTokError(
        key="status",
        shown="900012 illegal_item_status_error",
        signs=("900012", "illegal_item_status_error"),
        cause="TikTok holds the post back: it is in review, private, or breaks a rule of the community.",
        mover=Mover.CREATOR,
        step="Wait an hour: turning authorization on sends a post to review. Then ask what the app says.",
        told="TikTok does not release this post for ads:",
        asked="Does the app show a notice on it (in review, private, a rule)? Please tell us what it says.",
        post_gone=True,
    ),
    TikTokError(
        key="mentions",
        shown="930002 mention_multiple_videos",
        signs=("930002", "mention_multiple_videos"),
        cause="The post mentions several other posts: such a post cannot be an ad.",
        mover=Mover.CREATOR,
        step="Choose another post, or ask for an upload without the mentions: a new post with a new code.",
        told="TikTok does not take this post as an ad, because it mentions several other videos:",
        asked="Could you upload it again without those mentions and send us the link with a code for {period}?",
        refuses_code=True,
    ),
    TikTokError(
        key="story",
        shown="4027 story_video_not_supported",
        signs=("4027", "story_video_not_supported"),
        cause="It is a story: stories cannot be ads.",
        mover=Mover.CREATOR,
        step="Ask for the same video as a post.",
        told="TikTok does not take stories as ads:",
        asked="Could you upload the video as a normal post and send us its link with a code for {period}?",
        refuses_code=True,
    ),
    TikTokError(
        key="carousel",
        shown="4042 carousel_duet_not_supported",
        signs=("4042", "carousel_duet_not_supported"),
        cause="It is a duet with photos: such posts cannot be ads.",
        mover=Mover.BUYER,
        step="Choose another post.",
        refuses_code=True,
    ),
    TikTokError(
        key="duets",
        shown="900003 multi_duet_stitch",
        signs=("900003", "multi_duet_stitch", "multi_duet_stitch_refuse"),
        cause="It is a duet or stitch of a duet or stitch: TikTok allows one level only.",
        mover=Mover.BUYER,
        step="Choose another post. Of a plain duet or stitch the code of the source post is needed as well.",
        refuses_code=True,
    ),
    TikTokError(
        key="account",
        shown="40105 Access token is incorrect or has been revoked",
        signs=("40001", "40102", "40104", "40105", "40110", "access token"),
        cause="Not the code: the connection to the ad account has lost its permission.",
        mover=Mover.BUYER,
        step="Connect the ad account again, then enter the same code.",
    ),
    TikTokError(
        key="often",
        shown="40100 QPS limit",
        signs=("40016", "40100", "40133", "qps limit"),
        cause="Too many codes in too short a time.",
        mover=Mover.NOBODY,
        step="Wait a minute, then go on. The code is fine.",
    ),
    TikTokError(
        key="temporary",
        shown="-500 call_rpc_fail, call_db_fail",
        signs=("-500", "call_rpc_fail", "call_db_fail", "50000", "50002", "51305", "60001", "61000",
               "internal service error"),
        cause="A fault at TikTok that passes.",
        mover=Mover.NOBODY,
        step="Try again in a quarter of an hour. Before that look whether the post is there: it may have worked.",
    ),
)  # fmt: skip
BY_KEY: Final = {error.key: error for error in ERRORS}


def find_error(text: str) -> TikTokError | None:
    """The error that ``text`` speaks of; None for a text in which none is named.

    The API says 40002 for all that is wrong with a code, so that number alone names nothing. Names count more than
    numbers, and of two the longer one.
    """
    words = text.lower()
    signs = ((sign, error) for error in ERRORS for sign in error.signs if _is_in(sign, words))
    best = max(signs, key=lambda found: (not found[0].lstrip("-").isdecimal(), len(found[0])), default=None)
    return best[1] if best else None


def message_to_creator(error: TikTokError, *, name: str, post: str, days: int | None) -> str:
    """What to write to the creator, ready to be sent; empty where they can do nothing. ``post``: its title and link."""
    period = f"{days} days" if days else "the longest period you can give"
    asked = error.asked.format(period=period)
    return f"Hi {name},\n\n{error.told}\n{post}\n\n{asked}\n\nThank you!" if asked else ""


def _is_in(sign: str, words: str) -> bool:
    """Whether a number or name stands in a text by itself, not inside of another."""
    return re.search(rf"(?<![\w-]){re.escape(sign)}(?!\w)", words) is not None
