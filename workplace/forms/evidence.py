"""What proves something: files and links; and of which time a pack speaks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile

from brands.enums import AttachmentSubject
from brands.operations.attachments import MAX_FILES, Link, Subject
from campaigns.forms.planner import DayField
from sparktrack.core.refusals import RefusedError
from workplace.queries.evidence import Period


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of uploaded files; what kinds and sizes are kept is decided where they are kept."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each of them cleaned."""
        clean = super().clean
        return [clean(each, initial) for each in data] if isinstance(data, list | tuple) else []


class ProofForm(forms.Form):
    """Files or a link that prove something."""

    proofs = FilesField(
        label="Files",
        required=False,
        help_text=f"Contract, mail, chat: PDF, picture, text, office file. Up to 20 MB each, {MAX_FILES} at once.",
        widget=FilesInput,
    )
    link = forms.CharField(
        label="Or a link",
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "maxlength": 500}),
    )
    link_name = forms.CharField(label="What the link is", required=False, max_length=200)

    def links(self) -> list[Link]:
        """The link, if there is one. Call it after ``is_valid()``."""
        url = self.cleaned_data.get("link") or ""
        return [Link(url, self.cleaned_data.get("link_name") or "")] if url else []

    def uploads(self) -> "Sequence[UploadedFile[Any]]":
        """The files. Call it after ``is_valid()``."""
        return list(self.cleaned_data.get("proofs") or [])


class AttachForm(ProofForm):
    """A file or link for a post, or for one of its codes."""

    on = forms.ChoiceField(label="About")

    field_order = ("on", "proofs", "link", "link_name")

    def __init__(self, *args: Any, post: UUID, codes: Sequence[tuple[UUID, str]], **kwargs: Any) -> None:
        """``codes``: of the post, each with the ending that people see."""
        super().__init__(*args, **kwargs)
        self._post = post
        on: Any = self.fields["on"]
        on.choices = [
            ("post", "The post"),
            *((str(pk), f"The code ending {ending}") for pk, ending in codes),
        ]

    def clean(self) -> dict[str, Any]:
        """Something must be there."""
        values = super().clean() or {}
        if not self.errors and not values.get("proofs") and not values.get("link"):
            self.add_error("proofs", "Choose a file, or give a link.")
        return values

    def subject(self) -> Subject:
        """What it hangs on. Call it for a valid form."""
        on = self.cleaned_data["on"]
        if on == "post":
            return Subject(AttachmentSubject.POST, self._post)
        return Subject(AttachmentSubject.CODE, UUID(on))


class PeriodForm(forms.Form):
    """From a day to a day, both may be open; ``after``: the last post of the part before."""

    first = DayField(label="From", required=False)
    last = DayField(label="To", required=False)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The end is not before the start."""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", "The period ends before it starts.")
        return values

    def period(self) -> Period:
        """What was asked for. Call it for a valid form."""
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


def refuse_beside(form: forms.Form, refused: RefusedError) -> None:
    """What an operation refused, beside the field it names if the form has it."""
    field = {"files": "proofs"}.get(refused.field, refused.field)
    form.add_error(field if field in form.fields else None, refused.message)
