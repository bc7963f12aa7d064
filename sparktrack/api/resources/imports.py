"""``imports``: sheets of a team, read in the background: upload, preview, apply, undo. As the pages do it."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import UUID

import django_filters
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.fields.json import KeyTransform
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from brands.models import Brand
from brands.rules import Action
from campaigns.enums import ImportState, RowOutcome
from campaigns.importers.looking import look_again, look_at
from campaigns.models import ImportRow, ImportRun
from campaigns.operations.imports import (
    SheetGoneError,
    Upload,
    WrongStateError,
    ask_apply,
    ask_preview,
    discard_import,
    keep_upload,
)
from campaigns.operations.undo import undo_import
from campaigns.queries.imports import conflict_numbers
from campaigns.tasks import wake
from campaigns.views.imports.pages import WITH_COLUMNS, columns_form
from campaigns.wishes import Decision, Wishes
from posts.querysets import search_words
from sparktrack.api.addresses import addresses
from sparktrack.api.answers import Answer
from sparktrack.api.bodies import Body
from sparktrack.api.problems import beside
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from sparktrack.api.resources import imports_rows
from sparktrack.api.resources.imports_bodies import ApplyBody, NewImport, PreviewBody
from sparktrack.api.resources.imports_shapes import ImportAnswer
from sparktrack.core.models import choices
from sparktrack.core.refusals import RefusedError
from sparktrack.core.tabular import LIMITS, fold_name
from workplace.lists.filters import ListFilter
from workplace.lists.keys import Sort
from workplace.lists.pages import Shelf


class ImportFilter(ListFilter):
    """What imports can be narrowed by."""

    state = django_filters.ChoiceFilter(choices=choices(ImportState), label="State")

    class Meta:
        model = ImportRun
        fields: tuple[str, ...] = ()

    def search(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        """Each word in the name of the file."""
        for word in search_words(value):
            rows = rows.filter(file_name__icontains=word)
        return rows


def _runs_of(brand: Brand, _now: datetime) -> QuerySet[ImportRun]:
    """Of each report, which may be long, only what is told of it."""
    runs: QuerySet[ImportRun] = ImportRun.objects.for_brand(brand).defer("report")
    return runs.annotate(
        created_counts=KeyTransform("created", "report"),
        updated_counts=KeyTransform("updated", "report"),
        unknown_names=KeyTransform("unknown_owners", "report"),
    )


class Imports(Resource):
    """The imports of the brand. A worker does the reading and writing; whoever asked for it asks again how it went."""

    shelf = Shelf(
        rows=_runs_of,
        sorts=(Sort(key="newest", label="Newest first", field="pk", descending=True),),
        filters=ImportFilter,
    )
    answer = ImportAnswer
    creates = NewImport
    needs = dict.fromkeys(
        ("list", "retrieve", "create", "preview", "apply", "undo", "discard"), Action.IMPORT_TRACKER
    )
    # A file grows by a third in base64.
    most_bytes = LIMITS.file_bytes * 4 // 3 + 64 * 1024

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """With how many rows of their previews have which outcome: one query."""
        counts: dict[UUID, dict[str, int]] = defaultdict(dict)
        if "outcomes" in answer.fields:
            of_these = ImportRow.objects.for_brand(self.request.brand).filter(
                run__in=[row.pk for row in rows]
            )
            found = of_these.order_by().values_list("run", "outcome").annotate(number=Count("pk"))
            for run, outcome, number in found:
                counts[run][outcome] = number
        for row in rows:
            row.outcomes = {outcome.value: counts[row.pk].get(outcome, 0) for outcome in RowOutcome}
        return rows

    def create(self, request: Request) -> Response:
        """Takes a sheet and looks at its columns; nothing is imported yet."""
        refuse_unknown(request.query_params, ())
        said = self.read_body(self.creates)
        content: bytes = said["content"]
        # Before the brand is locked: a large sheet takes its time.
        with beside("content"):
            look = look_at(content, brand=self.request.brand)
            sheet = said.get("sheet", look["sheet"])
            _refuse_missing(sheet, look)
            if sheet != look["sheet"]:
                look = look_at(content, brand=self.request.brand, sheet=sheet)
        upload = Upload(said["name"], hashlib.sha256(content).hexdigest(), content, look)

        def do() -> Response:
            run = keep_upload(upload=upload, **self.by)
            return self._at(run, HTTPStatus.CREATED)

        return self.written(do)

    @extend_schema(request=PreviewBody, responses={202: ImportAnswer})
    def preview(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """The columns mean this: a worker reads the sheet. Nothing is imported yet."""

        def ask(run: ImportRun) -> ImportRun:
            said = self.read_body(PreviewBody)
            if run.state not in WITH_COLUMNS:
                raise WrongStateError(run)
            if run.kept_bytes is None:
                raise SheetGoneError
            if said.get("sheet", run.look.get("sheet")) != run.look.get("sheet"):
                _refuse_missing(said["sheet"], run.look)
                with beside("sheet"):
                    run = look_again(run, brand=self.request.brand, sheet=said["sheet"])
            return ask_preview(run=run, wishes=_wishes(run, said), **self.by)

        return self._asked(id, ask)

    @extend_schema(request=ApplyBody, responses={202: ImportAnswer})
    def apply(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """A worker writes what the preview shows, all or nothing."""

        def ask(run: ImportRun) -> ImportRun:
            said = self.read_body(ApplyBody)
            if said.get("attempt", run.attempt) != run.attempt:
                raise RefusedError("There is a newer preview: look at its rows first.", field="attempt")
            numbers, taken = conflict_numbers(run), set(said.get("take", ()))
            if others := sorted(taken - set(numbers)):
                raise RefusedError(f"Row {others[0]} has no conflict.", field="take")
            decisions = {row: Decision.TAKE if row in taken else Decision.KEEP for row in numbers}
            return ask_apply(
                run=run,
                decisions=decisions,
                skip_errors=said["skip_errors"],
                attempt=run.attempt,
                **self.by,
            )

        return self._asked(id, ask)

    @extend_schema(request=None, responses={200: ImportAnswer})
    def undo(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Everything is as it was before this import, or nothing is done (409 says what stands in the way)."""
        self.read_body(Body)  # there is nothing to say
        return self.acted(id, lambda run: undo_import(run=run, **self.by))

    @extend_schema(request=None, responses={200: ImportAnswer})
    def discard(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Nothing comes of it: the sheet and its preview are deleted."""
        self.read_body(Body)  # there is nothing to say
        return self.acted(id, lambda run: discard_import(run=run, **self.by))

    def _asked(self, pk: UUID, ask: Any) -> Response:
        """202: a worker is woken when the wish is stored."""
        refuse_unknown(self.request.query_params, ())

        def do() -> Response:
            run = ask(self.seen(pk))
            transaction.on_commit(partial(wake, run))
            return self._at(run, HTTPStatus.ACCEPTED)

        return self.written(do)

    def _at(self, run: ImportRun, status: HTTPStatus) -> Response:
        response = self.shown(run.pk, status=status)
        response["Location"] = f"/api/v1/imports/{run.pk}"
        return response


def _refuse_missing(sheet: str | None, look: Mapping[str, Any]) -> None:
    if sheet != look["sheet"] and sheet not in look["sheets"]:
        raise RefusedError("There is no such sheet in this file.", field="sheet")


def _wishes(run: ImportRun, said: Mapping[str, Any]) -> Wishes:
    """What was said, checked by the form of the page. Raises RefusedError."""
    heading = str(said.get("heading", ""))
    before = columns_form(run, heading)
    values = {field.html_name: field.value() or "" for field in before}
    places = {fold_name(column.header): f"column-{number}" for number, column in enumerate(before.columns)}
    for header, meaning in said.get("columns", {}).items():
        place = places.get(fold_name(header))
        if place is None:
            raise RefusedError(f"The sheet has no column {header!r}.", field="columns")
        values[place] = str(meaning)
    if "date_order" in said:
        values["date_order"] = said["date_order"].value
    form = columns_form(run, heading, values)
    for name, errors in form.errors.items():
        field = name if name in {"date_order", "heading"} else "columns"
        label = f"{before[name].label}: " if name.startswith("column-") else ""
        raise RefusedError(f"{label}{errors[0]}", field=field)
    wishes = form.wishes(Wishes.from_json(run.wishes))
    owners = {one["name"]: _whom(one) for one in said.get("owners", ())}
    return Wishes(
        sheet=wishes.sheet,
        date_order=wishes.date_order,
        columns=wishes.columns,
        owners={**wishes.owners, **owners},
    )


def _whom(owner: Mapping[str, Any]) -> str:
    return f"user:{owner['user'].pk}" if "user" in owner else f"invitation:{owner['invitation'].pk}"


urlpatterns = [
    *addresses("imports", Imports, can=("get", "post"), actions=("preview", "apply", "undo", "discard")),
    *imports_rows.urlpatterns,
]
