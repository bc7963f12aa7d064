"""``codes/read``: what codes a pasted message holds, and what would become of each. Nothing is written."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations.operations.arrivals import NewPost
from brands.rules import Action
from posts.models import Post
from sparktrack.api.bodies import Body, Day, Text
from sparktrack.api.fields import InstantField, OwnedField
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import BrandView
from sparktrack.core.days import local_date
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.core.wording import TimeWords
from sparktrack.tiktok.codes import stretches_of
from sparktrack.tiktok.links import PostLink
from sparktrack.tiktok.messages import LONGEST, Message, read_message
from workplace.forms.codes_paste import ON_A_DAY, UNKNOWN
from workplace.forms.codes_pasted import PastedForm
from workplace.queries.codes_paste import desk_of, paste_of
from workplace.views.codes_paste import MASKED, NO_CODE

# Codes of one message: each is compared with all links.
MOST = 100


class Becomes(StrEnum):
    """What recording a code that was read would do."""

    CREATED = "created"
    EXTENDED = "extended"
    REPEATED = "repeated"
    NEW_POST = "new_post"
    NO_POST = "no_post"
    OTHER_POST = "other_post"


class Lacking(StrEnum):
    """What a message does not say of a code, and recording needs."""

    POST = "post"
    WINDOW_DAYS = "window_days"
    HANDLE = "handle"


_LINK = {
    "link": "https://www.tiktok.com/@maya.glow/video/7301184422019655681",
    "tiktok_post_id": "7301184422019655681",
    "handle": "maya.glow",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A chat",
            {
                "text": "Hi! https://www.tiktok.com/@maya.glow/video/7301184422019655681\n"
                "#bmV2ZXIgdXNlIGEgcmVhbCBjb2RlIGluIGFuIGV4YW1wbGUsIG1ha2UgaXQgdXA= 30 days",
                "starts_on": "2026-11-10",
            },
            request_only=True,
        )
    ]
)
class MessageBody(Body):
    """A message as it was copied. ``starts_on``: when its codes were generated; without it their start is assumed."""

    text = Text(max_length=LONGEST, trim_whitespace=False)
    starts_on = Day(required=False, help_text="In the brand’s zone.")
    post = OwnedField(Post, required=False, help_text="The post of a code beside which there is no link.")


class Stretch(serializers.Serializer[Any]):
    """From the character ``start`` (the first is 0) to the one before ``end``, counted as Unicode counts them."""

    start = serializers.IntegerField()
    end = serializers.IntegerField()


class LinkAnswer(serializers.Serializer[Any]):
    """A link to a post: what it says about it; empty where it says nothing."""

    link = serializers.CharField()
    tiktok_post_id = serializers.CharField()
    handle = serializers.CharField()


class ReadCode(LinkAnswer):
    """A code in the message, by its ending. ``parts``: where it stands; joined they are what ``codes`` takes.

    ``outcome``: ``created``, ``extended`` or ``repeated`` as ``codes`` would answer; ``new_post``: its link leads to a
    post that is not on file; ``no_post``: nothing says which post; ``other_post``: on file for another post, ``post``.
    """

    parts = Stretch(many=True)
    line = serializers.IntegerField(allow_null=True, help_text="Of the text, from 1.")
    ending = serializers.CharField()
    odd = serializers.BooleanField(help_text="Does not look like TikTok’s codes.")
    sure = serializers.BooleanField(help_text="No other link of the message could be meant.")
    post = serializers.UUIDField(allow_null=True)
    posts = serializers.ListField(
        child=serializers.UUIDField(), help_text="Those on file that could be meant."
    )
    window_days = serializers.IntegerField(allow_null=True, help_text="As the message says, else as on file.")
    expires_at = InstantField(allow_null=True, help_text="When it would end.")
    supersedes = serializers.UUIDField(
        allow_null=True, help_text="The code that a new one would take over from."
    )
    outcome = serializers.ChoiceField(choices(Becomes))
    missing = serializers.ListField(
        child=serializers.ChoiceField(choices(Lacking)), help_text="To be said before it can be recorded."
    )
    notes = serializers.ListField(child=serializers.CharField(), help_text="What to know before.")


_READ = {
    **_LINK,
    "parts": [{"start": 64, "end": 129}],
    "line": 2,
    "ending": "dXA=",
    "odd": False,
    "sure": True,
    "post": "019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f",
    "posts": ["019a9f53-5e2a-7c11-a0b8-7a6b5c4d3e2f"],
    "window_days": 30,
    "expires_at": "2026-12-10T05:00:00Z",
    "supersedes": None,
    "outcome": "created",
    "missing": [],
    "notes": [],
}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One code",
            {"results": [_READ], "other_links": [], "platforms": [], "masked": []},
            response_only=True,
        )
    ]
)
class ReadMessage(serializers.Serializer[Any]):
    """What a message holds."""

    results = ReadCode(many=True)
    other_links = LinkAnswer(many=True, help_text="Links to posts that stand beside no code.")
    platforms = serializers.ListField(
        child=serializers.CharField(), help_text="Of links to posts elsewhere, which were left out."
    )
    masked = serializers.ListField(
        child=serializers.CharField(allow_blank=True),
        help_text="Endings of codes that are shown in part only, which were left out.",
    )


class CodesInMessage(BrandView):
    """The paste box, as far as its preview."""

    needs = {"post": Action.WRITE_CODES}

    @extend_schema(operation_id="codes_read", request=MessageBody, responses={200: ReadMessage})
    def post(self, request: Request) -> Response:
        """Reads codes, links, days and creators out of a message; no answer repeats a code, and nothing is stored.

        At most 100 codes at once. To record them, send each with its post and days to ``codes/bulk``.
        """
        refuse_unknown(request.query_params, ())
        said = self.read_body(MessageBody)
        day = said.get("starts_on")
        if day is not None and day > local_date(self.request.now, self.request.brand.time_zone):
            raise RefusedError("This is still to come.", field="starts_on")
        message = read_message(said["text"])
        if not message.deliverables:
            raise RefusedError(MASKED if message.masked else NO_CODE, field="text")
        if len(message.deliverables) > MOST:
            raise RefusedError(f"There are more than {MOST} codes in it: send a part of it.", field="text")
        places = stretches_of(said["text"], [item.code.value for item in message.deliverables])
        results = [
            {**_place(said["text"], parts), **_told(form)}
            for parts, form in zip(places, self._judged(message, said), strict=True)
        ]
        found = {
            "results": results,
            "other_links": [_link(link) for link in message.other_links],
            "platforms": message.platforms,
            "masked": message.masked,
        }
        return Response(
            ReadMessage().to_representation(found), headers={"Cache-Control": "no-store, private"}
        )

    def _judged(self, message: Message, said: dict[str, Any]) -> list[PastedForm]:
        """Each code as the preview of the page shows it at first."""
        brand, now, own = self.request.brand, self.request.now, said.get("post")
        paste = paste_of(message, post=own and own.pk)
        day = said.get("starts_on")
        when = {"when": UNKNOWN} if day is None else {"when": ON_A_DAY, "on": day}
        about: dict[str, Any] = {
            "desk": desk_of(brand, paste, handles=(), now=now),
            "links": paste.links,
            "may_add": {Action.WRITE_POSTS, Action.WRITE_CREATORS} <= self.request.allowed,
            "today": local_date(now, brand.time_zone),
            "times": TimeWords(now=now, zone=brand.time_zone, viewer_zone=brand.time_zone),
        }
        return [PastedForm(item=item, initial=when, **about) for item in paste.items]


def _place(text: str, parts: Sequence[tuple[int, int]]) -> dict[str, Any]:
    return {
        "parts": [{"start": start, "end": end} for start, end in parts],
        "line": text.count("\n", 0, parts[0][0]) + 1 if parts else None,
    }


def _told(form: PastedForm) -> dict[str, Any]:
    where, known = form.where, form.known
    post = where if isinstance(where, Post) else None
    last = form.desk.last.get(post.pk) if post is not None and known is None else None
    days = form.initial["days"]
    becomes = _becomes(form)
    lacks = {
        Lacking.POST: becomes in {Becomes.NEW_POST, Becomes.NO_POST},
        Lacking.WINDOW_DAYS: not days,
        Lacking.HANDLE: isinstance(where, NewPost) and not where.of,
    }
    return {
        **_link(form.link),
        "handle": (form.link.handle if form.link else "") or form.item.handle,
        "ending": form.item.code.ending,
        "odd": form.item.code.odd,
        "sure": form.item.sure,
        "post": post and post.pk,
        "posts": [each.pk for each in form.choosable if isinstance(each, Post)],
        "window_days": days,
        "expires_at": form.expires_at,
        "supersedes": last and last.pk,
        "outcome": becomes,
        "missing": [what for what, is_missing in lacks.items() if is_missing],
        "notes": [note.text for note in form.notes],
    }


def _becomes(form: PastedForm) -> Becomes:
    if form.foreign is not None:
        return Becomes.OTHER_POST
    if form.known is not None:
        assert form.expires_at is not None
        return Becomes.EXTENDED if form.expires_at > form.known.expires_at else Becomes.REPEATED
    if isinstance(form.where, NewPost):
        return Becomes.NEW_POST
    return Becomes.NO_POST if form.where is None else Becomes.CREATED


def _link(link: PostLink | None) -> dict[str, str]:
    if link is None:
        return {"link": "", "tiktok_post_id": "", "handle": ""}
    return {"link": link.url, "tiktok_post_id": link.post_id, "handle": link.handle}


urlpatterns = [path("codes/read", CodesInMessage.as_view(), name="api-codes-read")]
