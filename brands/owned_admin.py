"""The Django admin of rows that belong to a brand: what creators, posts, authorizations and campaigns share."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.http import HttpRequest

from brands.access import actor_of
from brands.models import Brand
from brands.operations.edits import OtherBrandError
from sparktrack.core.admin import OperationAdmin, OperationForm
from sparktrack.core.cells import Refusal
from sparktrack.core.clock import utc_now
from sparktrack.core.refusals import RefusedError


class WordsField(forms.CharField):
    """A list of words, typed with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        # What a JSON field of a model hands to its field in a form means nothing here.
        rest = {name: value for name, value in kwargs.items() if name not in {"encoder", "decoder"}}
        super().__init__(**{**rest, "widget": AdminTextInputWidget, "help_text": "Separated by commas."})

    def prepare_value(self, value: Any) -> Any:
        """The list as it is typed."""
        return ", ".join(str(word) for word in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The words, without empty ones."""
        return [word.strip() for word in str(value or "").split(",") if word.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the words are others."""
        return self.to_python(data) != list(initial or [])


class OwnedForm(OperationForm):
    """Unique keys are checked here, brand included; about everything else operations have the better words."""

    def _post_clean(self) -> None:
        try:
            super()._post_clean()
        except IntegrityError as error:
            first_line = str(error).partition("\n")[0]
            self.add_error(None, f"The database refuses these values together: {first_line}.")

    def validate_constraints(self) -> None:
        """Only those that say what may be there once."""
        exclude = self._get_validation_exclusions()  # type: ignore[attr-defined]
        if getattr(self.instance, "brand_id", None) is not None:
            exclude.discard("brand")
        for constraint in self.instance._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                try:
                    constraint.validate(type(self.instance), self.instance, exclude)
                except ValidationError as error:
                    self._update_errors(error)  # type: ignore[attr-defined]


class OwnedAdmin(OperationAdmin):
    """A row is added with ``adding`` and shown with ``fields``, of which ``changing`` can be typed.

    Related rows are found by typing, so that no page grows with a table.
    """

    form = OwnedForm
    refusals = (RefusedError, Refusal, OtherBrandError)
    adding: ClassVar[tuple[str, ...]] = ()
    changing: ClassVar[frozenset[str]] = frozenset()
    show_full_result_count = False
    list_per_page = 50
    formfield_overrides = {
        models.JSONField: {"form_class": WordsField},
        models.URLField: {"assume_scheme": "https"},
    }

    def get_fields(self, _request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        """What the page has."""
        return tuple(self.fields or ()) if obj else self.adding  # type: ignore[arg-type]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        """What is only shown."""
        return (
            tuple(name for name in self.get_fields(request, obj) if name not in self.changing) if obj else ()
        )

    def get_autocomplete_fields(self, _request: HttpRequest) -> tuple[str, ...]:
        """Every related row."""
        return tuple(
            field.name for field in self.model._meta.get_fields() if isinstance(field, models.ForeignKey)
        )


def by(request: HttpRequest, brand: Brand) -> dict[str, Any]:
    """What every operation takes: the brand, the person, the instant."""
    return {"brand": brand, "now": utc_now(), "actor": actor_of(request)}
