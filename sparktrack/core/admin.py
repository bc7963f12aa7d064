"""What the Django admin of every app stands on: writes go through operations, what is derived is only shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models, transaction
from django.http import HttpRequest

from sparktrack.core.refusals import RefusedError

if TYPE_CHECKING:
    # Generic in the stubs, not at run time.
    ModelAdmin = admin.ModelAdmin[Any]
    ModelForm = forms.ModelForm[Any]
else:
    ModelAdmin = admin.ModelAdmin
    ModelForm = forms.ModelForm


class ListedAdmin(ModelAdmin):
    """A list that the URL narrows only as its own filters do."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Django takes any look-up of a column: ``?password__startswith=`` would tell a hash letter by letter."""
        filters = self.get_list_filter(request) if request else self.list_filter
        names = {item[0] if isinstance(item, tuple) else item for item in filters}
        return lookup in {f"{name}__{how}" for name in names for how in ("exact", "isempty", "isnull")}


class ReadOnlyAdmin(ListedAdmin):
    """Listed, searched and shown; never added, changed or deleted here."""

    # Django builds a form to know the fields; without this it would warn for each address.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """No: the pages become views."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """No: history would be lost."""
        return False


class OperationForm(ModelForm):
    """Runs the operation as the last step of validation, so that a refusal stands beside its field."""

    model_admin: "OperationAdmin"
    request: HttpRequest

    def _post_clean(self) -> None:
        """In place of Django's own step, which would write the values onto the row and check it as a whole.

        The operation does that, from the row as it is stored, and knows how to say what is wrong.
        """
        if self.errors:
            return
        try:
            with transaction.atomic():
                if self.instance._state.adding:
                    self.instance = self.model_admin.add_row(self.request, self.cleaned_data)
                else:
                    changed = {name: self.cleaned_data[name] for name in self.changed_data}
                    self.model_admin.change_row(self.request, self.instance, changed)
        except self.model_admin.refusals as error:
            field = getattr(error, "field", "")
            self.add_error(field if field in self.fields else None, str(error))


class OperationAdmin(ListedAdmin):
    """Adding and changing call an operation; there is no deleting.

    Subclasses say which fields can be typed (``fields``, ``readonly_fields`` as usual) and give ``add_row`` and
    ``change_row``; without one of them that way is closed. Exceptions in ``refusals`` are shown in the form.
    """

    form = OperationForm
    refusals: ClassVar[tuple[type[Exception], ...]] = (RefusedError,)

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Any:
        """Call the operation that makes a row of the cleaned ``values``; return the row."""
        raise NotImplementedError

    def change_row(self, request: HttpRequest, row: Any, values: Mapping[str, Any]) -> None:
        """Call the operation that sets the changed ``values`` of a stored ``row``."""
        raise NotImplementedError

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        """The form, told who asks."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"model_admin": self, "request": request})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing: the operation has written already (see OperationForm)."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """If there is an operation for it."""
        can_add = type(self).add_row is not OperationAdmin.add_row
        return can_add and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """If there is an operation for it."""
        can_change = type(self).change_row is not OperationAdmin.change_row
        return can_change and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """No: history would be lost."""
        return False
