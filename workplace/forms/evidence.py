"""What proves something: files and links."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from brands.operations.attachments import MAX_FILES, Link
from sparktrack.core.refusals import RefusedError


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


def refuse_beside(form: forms.Form, refused: RefusedError) -> None:
    """What an operation refused, beside the field it names if the form has it."""
    field = {"files": "proofs"}.get(refused.field, refused.field)
    form.add_error(field if field in form.fields else None, refused.message)
