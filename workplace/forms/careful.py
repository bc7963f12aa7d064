"""Forms over rows that somebody else may change meanwhile: nobody's words are overwritten without being seen."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict

from brands.models import AuditEntry, Brand, BrandOwned
from brands.operations.audit import plain
from sparktrack.core.wording import stretch

_SALT = "workplace.careful"


class CarefulForm(forms.Form):
    """A form over a stored row. It remembers what its reader saw, changes only what they changed, and when a field was
    changed by somebody else meanwhile, shows both versions and asks again.

    Build and check it under the lock of the brand (``brands.operations.edits.locked``), where the row is written::

        with locked(request.brand):
            form = PostForm(request.POST, row=post, stored=values_of(post), now=now)
            if form.is_valid():
                edit_posts(edits=[Edit(post, form.changes)], …)

    Answer with 409 when ``form.is_overtaken``, else 422 when it has errors. A template that lays fields out itself
    begins with ``{% for field in form.hidden_fields %}{{ field }}{% endfor %}``.
    """

    was = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        row: BrandOwned | Brand | None = None,
        stored: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """``stored``: the values of the row as they are now, by field; None for a new row. ``now=`` is required with a
        row: it says how long ago a change was."""
        self._now = kwargs.pop("now", None)
        self._row = row
        self._stored = {name: _plain(value) for name, value in (stored or {}).items()}
        initial = {**(stored or {}), **kwargs.pop("initial", {})}
        super().__init__(data, files, initial={**initial, "was": self._seen()}, **kwargs)
        self.changes: dict[str, Any] = {}
        self.is_overtaken = False

    def clean(self) -> dict[str, Any]:
        """Raises ValidationError beside each field that both changed; ``changes`` then holds the reader's own."""
        cleaned = super().clean() or {}
        was = self._was(cleaned.pop("was", ""))
        self.changes = {
            name: value
            for name, value in cleaned.items()
            if not self._left_out(name) and (name not in was or _plain(value) != was[name])
        }
        if self._row is None:
            return cleaned
        for name, value in list(self.changes.items()):
            stored = self._stored.get(name)
            if name in was and stored != was[name] and stored != _plain(value):
                self.is_overtaken = True
                self.add_error(name, self._overtaken(name))
        if self.is_overtaken:
            self.see_stored()
        return cleaned

    def see_stored(self) -> None:
        """The next answer is given in the knowledge of what stands there now.

        What only others changed is shown as they left it: this reader had no word about it, and must not undo it.
        """
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("was")] = self._seen()
        for name in self._stored.keys() & self.fields.keys() - self.changes.keys():
            self._show_stored(name, data)
        self.data = data

    def _show_stored(self, name: str, data: QueryDict) -> None:
        """Put the stored value of a field where the browser would have put it."""
        key, field = self.add_prefix(name), self.fields[name]
        value = field.prepare_value(self.get_initial_for_field(field, name))
        data.pop(key, None)
        if isinstance(field.widget, forms.CheckboxInput):
            data.update({key: "on"} if value else {})
            return
        shown = field.widget.format_value(value)
        for each in shown if isinstance(shown, list) else [shown]:
            data.appendlist(key, "" if each is None else str(each))

    def _seen(self) -> str:
        return signing.dumps(self._stored, salt=_SALT, compress=True) if self._stored else ""

    def _left_out(self, name: str) -> bool:
        """Whether a field of a stored row was not sent at all: that is no wish to empty it."""
        widget = self.fields[name].widget
        return self._row is not None and widget.value_omitted_from_data(
            self.data, self.files, self.add_prefix(name)
        )

    def _was(self, signed: str) -> dict[str, Any]:
        """What the reader saw. Raises ValidationError if a page of ours did not say it."""
        if not signed and self._row is None:
            return {}
        try:
            was: dict[str, Any] = signing.loads(signed, salt=_SALT)
        except signing.BadSignature:
            raise ValidationError("This page is broken. Load it again, then save.") from None
        return was

    def _overtaken(self, name: str) -> str:
        assert self._row is not None
        brand_id = self._row.pk if isinstance(self._row, Brand) else self._row.brand_id
        entry = (
            AuditEntry.objects.filter(brand_id=brand_id, object_id=self._row.pk, after__has_key=name)
            .order_by("-at", "-pk")
            .first()
        )
        who = entry.actor_label if entry else "Somebody"
        ago = f" {stretch(self._now - entry.at)} ago" if entry and self._now else ""
        shown = self._words(name, self._stored.get(name))
        return f"{who} changed this{ago}, to: {shown}. Save again to put yours in its place."

    def _words(self, name: str, value: Any) -> str:
        """A stored value as the form would show it."""
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            found = field.queryset.filter(pk=value).first() if value and field.queryset is not None else None
            return field.label_from_instance(found) if found else "nobody" if not value else "another one"
        if isinstance(field, forms.ChoiceField):
            labels = dict(field._choices)  # type: ignore[attr-defined]  # as given, before groups
            return str(labels.get(value, value) or "nothing")
        return str(value) if value not in (None, "") else "nothing"


def _plain(value: Any) -> Any:
    """As JSON can hold it, so that what was sent and what is stored compare alike; nothing is the empty text.

    Browsers send line breaks of two characters, and forms strip blanks around a text.
    """
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    found = plain(value)
    return "" if found is None else found


def refuse_nothing(form: CarefulForm) -> None:
    """Raises ValidationError if a form whose fields may all be empty does not say what its reader saw."""
    if not form.data.get(form.add_prefix("was")):
        raise forms.ValidationError("This page is broken. Load it again, then save.")
