"""The forms of the import pages: a file or pasted cells, what the columns mean, what to do about single rows."""

from typing import Any

from django import forms

from sparktrack.core.tabular import LIMITS
from sparktrack.core.tabular.limits import MEBIBYTE

TOO_LARGE = f"The file is larger than {LIMITS.file_bytes // MEBIBYTE} MB. Split the sheet, or save it without pictures."
TOO_MUCH_TEXT = "That is too much to paste. Save the sheet as a file and choose the file instead."
PASTED_NAME = "pasted.tsv"


class UploadForm(forms.Form):
    """A sheet: the file, or its cells from the clipboard; one of the two."""

    file = forms.FileField(
        label="Your sheet",
        required=False,
        allow_empty_file=True,  # the reader says it in one sentence, as for every file it cannot use
        max_length=None,
        help_text=f"Excel, OpenDocument, CSV or TSV, up to {LIMITS.file_bytes // MEBIBYTE} MB.",
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,.tsv,.txt,.xlsx,.xlsm,.ods",
                "data-limit": LIMITS.file_bytes,
                "data-too-large": TOO_LARGE,
            }
        ),
    )
    pasted = forms.CharField(
        label="Or paste the cells",
        required=False,
        strip=False,  # a first cell may be empty
        help_text="Mark them in Excel or Google Sheets, with the row of headings, copy and paste.",
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off", "wrap": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside the field if there is neither or both."""
        cleaned = super().clean() or {}
        file, pasted = cleaned.get("file"), (cleaned.get("pasted") or "").strip()
        if file is not None and pasted:
            self.add_error("pasted", "Choose one: the file, or the pasted cells.")
        elif file is None and not pasted and not self.errors:
            self.add_error("file", "Choose a file, or paste the cells below.")
        elif file is not None and (file.size or 0) > LIMITS.file_bytes:
            self.add_error("file", TOO_LARGE)
        return cleaned

    def sheet(self) -> tuple[str, bytes]:
        """Name and content of what was given; for a valid form."""
        file = self.cleaned_data["file"]
        if file is None:
            return PASTED_NAME, self.cleaned_data["pasted"].encode()
        return str(file.name), file.read()
