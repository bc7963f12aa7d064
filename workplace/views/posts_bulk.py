"""What is done to many posts of the list at once; all of it can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django import forms

from authorizations.operations.arrivals import last_codes
from authorizations.operations.posts import attach_brief
from authorizations.operations.requests import (
    RequestDraft,
    may_be_asked,
    open_requests,
    request_codes,
)
from brands.access import BrandRequest
from brands.operations.edits import Edit, locked
from brands.rules import Action
from campaigns.phrases import LANES
from posts.enums import Lane, PaymentState, Stage, UseCase
from posts.models import Brief, Post
from posts.operations.posts import edit_posts
from posts.operations.stages import StageMove, move_stages
from sparktrack.core.clock import utc_now
from sparktrack.core.models import choices, words
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import count
from workplace.forms.codes_requests import WINDOWS
from workplace.lists.pages import BulkAction, BulkForm
from workplace.posts_words import stage_words
from workplace.queries.posts import offered_briefs, stage_of
from workplace.undoing import actor_of_change, say_done

_NO_BRIEF = "Take the brief away"


class LaneForm(BulkForm):
    """The lane that posts are moved to."""

    lane = forms.ChoiceField(label="Lane", choices=list(LANES.items()))


class BriefForm(BulkForm):
    """The brief that posts were made for; none takes theirs away."""

    brief = forms.ModelChoiceField(
        label="Brief",
        queryset=Brief.objects.none(),
        required=False,
        empty_label=_NO_BRIEF,
        error_messages={"invalid_choice": "Choose a brief of this brand."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As ``BulkForm``."""
        super().__init__(*args, **kwargs)
        chosen = self.data.get(self.add_prefix("brief")) if self.is_bound else None
        field: Any = self.fields["brief"]
        field.queryset = offered_briefs(self.brand, also=_id(chosen))


class StageForm(BulkForm):
    """The stage that posts reached."""

    stage = forms.ChoiceField(label="Stage", choices=choices(Stage))


class UseCaseForm(BulkForm):
    """The kind of story that posts tell."""

    use_case = forms.ChoiceField(
        label="Use case", choices=[("", "Not said"), *choices(UseCase)], required=False
    )


class AskedForm(BulkForm):
    """For how many days creators were asked for codes."""

    days = forms.TypedChoiceField(label="For", choices=WINDOWS, coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """As ``BulkForm``."""
        super().__init__(*args, **kwargs)
        self.fields["days"].initial = self.brand.window_days


class DueForm(BulkForm):
    """By how many days due dates move."""

    days = forms.IntegerField(
        label="Days",
        min_value=-365,
        max_value=365,
        help_text="7 is a week later, -2 is two days earlier.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    which = forms.ChoiceField(
        label="Which",
        choices=[("both", "Draft and post"), ("draft_due_on", "Draft"), ("post_due_on", "Post")],
    )


class PaymentForm(BulkForm):
    """Whether creators were paid."""

    payment = forms.ChoiceField(label="Payment", choices=choices(PaymentState))


def _edited(request: BrandRequest, edits: Sequence[Edit[Post]], done: str) -> None:
    actor = actor_of_change(request)
    changed = edit_posts(brand=request.brand, edits=edits, now=utc_now(), actor=actor)
    if not changed:
        raise RefusedError("These posts are like that already.")
    say_done(request, f"{count(len(changed), 'post')} {done}", actor)


def _same(request: BrandRequest, posts: Sequence[Post], name: str, value: str, done: str) -> None:
    _edited(request, [Edit(post, {name: value}) for post in posts], done)


def _move_to_lane(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    lane = Lane(values["lane"])
    _same(request, posts, "lane", lane, f"moved to “{LANES[lane]}”.")


def _say_use_case(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    case = values["use_case"]
    said = f": {words(UseCase(case)).lower()}." if case else ": no use case."
    _same(request, posts, "use_case", case, f"changed{said}")


def _say_payment(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    state = PaymentState(values["payment"])
    _same(request, posts, "payment_state", state, f"changed. Payment: {words(state).lower()}.")


def _move_due(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    which, by = values["which"], timedelta(days=values["days"])
    names = ["draft_due_on", "post_due_on"] if which == "both" else [which]
    try:
        edits = [
            Edit(post, moved)
            for post in posts
            if (moved := {name: day + by for name in names if (day := getattr(post, name)) is not None})
        ]
    except OverflowError:
        raise RefusedError("One of these days would be in no calendar. Choose other days.") from None
    if not edits or not by:
        raise RefusedError("None of these posts has such a due date that could move.")
    later = "later" if by > timedelta(0) else "earlier"
    _edited(request, edits, f"due {count(abs(values['days']), 'day')} {later}.")


def _attach_brief(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    brief: Brief | None = values["brief"]
    actor = actor_of_change(request)
    changed = attach_brief(brand=request.brand, posts=posts, brief=brief, now=utc_now(), actor=actor)
    if not changed:
        raise RefusedError("These posts are like that already.")
    done = f"attached to “{brief}”." if brief else "without a brief now."
    say_done(request, f"{count(len(changed), 'post')} {done}", actor)


def _note_asked(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    days, actor, brand = values["days"], actor_of_change(request), request.brand
    with locked(brand):
        ids = [post.pk for post in posts]
        waiting, last = open_requests(brand, ids), last_codes(brand, ids)
        drafts = [
            RequestDraft(post, days, last.get(post.pk))
            for post in posts
            if post.pk not in waiting and may_be_asked(post)
        ]
        if not drafts:
            raise RefusedError("All of these were asked for already, or need no code.")
        request_codes(brand=brand, drafts=drafts, now=utc_now(), actor=actor)
    left = len(posts) - len(drafts)
    rest = f" {count(left, 'post')} left out: asked for already, or in no need of a code." if left else ""
    words = f"Noted: the creators of {count(len(drafts), 'post')} were asked for {count(days, 'day')}.{rest}"
    say_done(request, words, actor)


def _reach(request: BrandRequest, posts: Sequence[Post], values: Mapping[str, Any]) -> None:
    to = Stage(values["stage"])
    actor = actor_of_change(request)
    moves = [StageMove(post, to, stage_of(post)) for post in posts]
    made = move_stages(brand=request.brand, moves=moves, now=utc_now(), actor=actor)
    if not made:
        raise RefusedError("These posts are like that already.")
    say_done(request, f"{count(len(made), 'post')}: {stage_words(to).lower()}.", actor)


def _id(text: Any) -> Any:
    """What may be looked up; anything else is refused by the field itself."""
    field = forms.UUIDField(required=False)
    try:
        return field.clean(text)
    except forms.ValidationError:
        return None


BULK = (
    BulkAction(
        key="lane", label="Move to a lane", needs=Action.WRITE_POSTS, act=_move_to_lane, form=LaneForm
    ),
    BulkAction(key="stage", label="Stage", needs=Action.WRITE_POSTS, act=_reach, form=StageForm),
    BulkAction(
        key="asked", label="Asked for a code", needs=Action.WRITE_CODES, act=_note_asked, form=AskedForm
    ),
    BulkAction(
        key="brief", label="Attach to a brief", needs=Action.WRITE_POSTS, act=_attach_brief, form=BriefForm
    ),
    BulkAction(
        key="use_case", label="Use case", needs=Action.WRITE_POSTS, act=_say_use_case, form=UseCaseForm
    ),
    BulkAction(key="due", label="Due dates", needs=Action.WRITE_POSTS, act=_move_due, form=DueForm),
    # Whoever may write posts may read fees (brands.rules): a test holds it.
    BulkAction(key="payment", label="Payment", needs=Action.WRITE_POSTS, act=_say_payment, form=PaymentForm),
)
