"""``attachments``: files and links that prove something. They are evidence: nobody changes or deletes them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.urls import reverse
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from authorizations.models import AuthorizationCode, CodeRequest, UsageRight
from brands.enums import AttachmentSubject
from brands.models import Attachment, BrandOwned
from brands.operations.attachments import MAX_FILE_BYTES, Link, Subject, attach_files, attach_links
from brands.rules import Action
from posts.models import Post
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body, Choice, Text
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from sparktrack.api.resources.attachments_content import Content, ContentAnswer, content_of
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf

_MODELS: Mapping[str, type[BrandOwned]] = {
    AttachmentSubject.RIGHT: UsageRight,
    AttachmentSubject.CODE: AuthorizationCode,
    AttachmentSubject.POST: Post,
    AttachmentSubject.REQUEST: CodeRequest,
}


class AttachmentFilter(ListFilter):
    """What attachments can be narrowed by: above all, what they are on."""

    subject_kind = django_filters.ChoiceFilter(choices=choices(AttachmentSubject), label="Kind of subject")
    subject_id = django_filters.UUIDFilter(label="Id of the subject")

    # A name may tell a fee.
    needs = {"q": Action.READ_FEES}

    class Meta:
        model = Attachment
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name."""
        for word in search_words(value):
            rows = rows.filter(name__icontains=word)
        return rows


ATTACHMENTS = Shelf(
    rows=lambda brand, _now: Attachment.objects.for_brand(brand),
    sorts=(
        Sort(key="newest", label="Newest first", field="pk", descending=True),
        Sort(key="oldest", label="Oldest first", field="pk"),
    ),
    filters=AttachmentFilter,
)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A signed contract",
            {
                "id": "019aa1e0-7c2e-7b0f-8a63-0c4a1de0b6f5",
                "subject_kind": "right",
                "subject_id": "019aa1e0-6a0d-7f61-9a2b-4b8f5f2d3c10",
                "is_file": True,
                "name": "contract.pdf",
                "link": "",
                "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            },
            response_only=True,
        )
    ]
)
class AttachmentAnswer(Answer):
    """A file or a link on a right, code, post or request for a code.

    ``download`` is for people who are logged in; scripts read its content.
    """

    is_file = serializers.SerializerMethodField()
    download = serializers.SerializerMethodField(help_text="The address of the file; null for a link.")

    private = dict.fromkeys(("name", "link", "download"), Action.READ_FEES)
    reads = {"is_file": ("file",), "download": ("file",)}

    class Meta:
        model = Attachment
        fields = (
            "id",
            "subject_kind",
            "subject_id",
            "is_file",
            "name",
            "link",
            "download",
            "sha256",
            "added_by",
            "added_at",
        )
        read_only_fields = fields

    def get_is_file(self, row: Attachment) -> bool:
        """Whether it is a file, not a link."""
        return bool(row.file)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_download(self, row: Attachment) -> str | None:
        """The page's address."""
        path = reverse("attachment", args=[self.context["brand"].slug, row.pk])
        return f"{settings.SITE_URL}{path}" if row.file else None


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A link",
            {
                "subject_kind": "post",
                "subject_id": "019aa1e0-5b1c-7f3a-9d55-2f8a3f6f0b11",
                "link": "https://drive.example/contract",
                "name": "Contract",
            },
            request_only=True,
        ),
        OpenApiExample(
            "A file",
            {
                "subject_kind": "right",
                "subject_id": "019aa1e0-6a0d-7f61-9a2b-4b8f5f2d3c10",
                "name": "consent.txt",
                "content": "WWVzLCB1c2UgaXQgZm9yIGFkcy4=",
            },
            request_only=True,
        ),
    ]
)
class NewAttachment(Body):
    """A link, or a file of up to 20 MB with its name: what proves something, nothing that a browser would run."""

    subject_kind = Choice(AttachmentSubject)
    subject_id = serializers.UUIDField()
    link = Text(max_length=500, required=False)
    name = Text(max_length=200, required=False, help_text="Of a file: with its ending, such as contract.pdf.")
    content = Content(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for neither and for both, and for a subject that is not there in the brand."""
        if ("link" in attrs) == ("content" in attrs):
            raise ValidationError("Send either a link or the content of a file.")
        if "content" in attrs and "name" not in attrs:
            raise ValidationError({"name": ["Say what the file is called."]})
        rows = _MODELS[attrs["subject_kind"]]._default_manager.filter(brand=self.context["brand"])
        if not rows.filter(pk=attrs["subject_id"]).exists():
            raise ValidationError({"subject_id": ["There is no such thing in this brand."]})
        return attrs


class Attachments(Resource):
    """The evidence of the brand."""

    shelf = ATTACHMENTS
    answer = AttachmentAnswer
    creates = NewAttachment
    needs = {"create": Action.WRITE_POSTS, "read_content": Action.READ_FEES}
    # A file grows by a third in base64.
    most_bytes = MAX_FILE_BYTES * 4 // 3 + 64 * 1024

    @extend_schema(responses={200: ContentAnswer})
    def read_content(self, request: Request, id: UUID) -> StreamingHttpResponse:  # noqa: A002 - the name in the address
        """The file itself, in base64. It is sent as it is read: none is held in memory."""
        refuse_unknown(request.query_params, ())
        return content_of(self.row(id))

    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[Attachment]:
        """By ``attach_links`` and ``attach_files``."""
        return [self._added(item) for item in items]

    def _added(self, item: dict[str, Any]) -> Attachment:
        subject = Subject(item["subject_kind"], item["subject_id"])
        if "link" in item:
            return attach_links(subject=subject, links=[Link(item["link"], item.get("name", ""))], **self.by)[
                0
            ]
        file = ContentFile(item["content"], name=item["name"])
        try:
            return attach_files(subject=subject, files=[file], **self.by)[0]
        except RefusedError as refused:
            refused.field = "content"
            raise


urlpatterns = addresses("attachments", Attachments, can=("get", "post"), reads=("content",))
