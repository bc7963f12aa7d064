"""What the resources share: reading one or many, adding, changing and deleting one or up to 500 at once.

1. ``callers.InBrand`` finds the brand and asks for the leave that ``needs`` names.
2. Reading begins at the ``shelf``: the filters and the order of the list that people see.
3. Writing runs under the lock of the brand, where a person's leave is asked for again, once per ``Idempotency-Key``
   (``keeping``), for the version that the caller saw (``If-Match``), by the operation that the pages call.
"""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.utils.cache import patch_vary_headers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from brands.models import BrandOwned
from brands.rules import Action
from sparktrack.api.answers import Answer, columns_of
from sparktrack.api.bodies import Body
from sparktrack.api.callers import ApiRequest, Script, ask_again
from sparktrack.api.keeping import done_once
from sparktrack.api.problems import PreconditionFailedError
from sparktrack.api.reading import (
    OF_ROWS,
    body_of,
    filters_of,
    page_of,
    refuse_unknown,
    wanted_fields,
)
from sparktrack.api.throttling import say_quota
from sparktrack.api.versions import VERSION, tag_of, version_of, wanted_versions
from workplace.lists.pages import Shelf

# The actions that write rows, for ``needs``.
WRITES = ("create", "partial_update", "destroy", "bulk_create", "bulk_update", "bulk_destroy")


class BrandView(APIView):
    """A view inside a brand. ``needs``: the leave for each action of a view set or method of a view (lower case)."""

    needs: ClassVar[Mapping[str, Action]] = {}
    # Of a body; None: what the settings allow for pages.
    most_bytes: ClassVar[int | None] = None
    request: ApiRequest
    http_method_names = ("get", "head", "post", "patch", "delete")

    def check_permissions(self, request: Request) -> None:
        """Counted first: what is refused is asked for, too."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Counted already, before the permissions."""

    def needed(self) -> Action:
        """The leave for what is asked; only reading, and what is answered with 405, may go without saying."""
        method = (self.request.method or "get").lower().replace("head", "get")
        name = getattr(self, "action", None) or method
        writes = method in {"post", "patch", "delete"} and hasattr(self, method)
        return self.needs[name] if writes else self.needs.get(name, Action.VIEW)

    @property
    def brand_context(self) -> dict[str, Any]:
        """What bodies and answers need to know."""
        return {"brand": self.request.brand, "allowed": self.request.allowed, "now": self.request.now}

    @property
    def by(self) -> dict[str, Any]:
        """The arguments that every operation takes."""
        return {"brand": self.request.brand, "now": self.request.now, "actor": self.request.actor}

    def read_body(self, body: type[Body], *, partial: bool = False) -> dict[str, Any]:
        """The values of the one object that was sent. Raises ValidationError."""
        found = body(data=self.request.data, partial=partial, context=self.brand_context)
        found.is_valid(raise_exception=True)
        values: dict[str, Any] = found.validated_data
        return values

    def written(self, do: Callable[[], Response], *, secret: str = "") -> Response:
        """What ``do`` answers, under the lock of the brand and once per ``Idempotency-Key``.

        ``secret``: the field of the answer that holds a secret (``done_once``).
        """

        def done() -> Response:
            ask_again(self.request, self)
            return do()

        return done_once(self.request, self.request.brand, self.request.now, done, secret=secret)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Adds what every answer has: what is left of the quota, and an ETag for what was read."""
        answered = super().finalize_response(request, response, *args, **kwargs)
        say_quota(request, answered)
        if "Cache-Control" not in answered:
            # A browser must not keep what somebody saw who has logged out since.
            kept = "no-cache" if isinstance(request.user, Script) else "no-store"
            answered["Cache-Control"] = f"private, {kept}"
        patch_vary_headers(answered, ["Authorization", "Cookie"])
        # What is handed out piece by piece is not held, so nobody knows its hash.
        if not answered.streaming and (_is_read(request, answered) or VERSION in answered):
            answered.add_post_render_callback(lambda rendered: _tagged(self.request, rendered))
        return answered


def _is_read(request: Request, response: Response) -> bool:
    return request.method in {"GET", "HEAD"} and response.status_code == HTTPStatus.OK


def _tagged(request: ApiRequest, response: Response) -> None:
    """Gives the answer its ETag, and empties what was read (304) if the caller has it."""
    version = str(response.headers.get(VERSION, ""))
    del response[VERSION]
    response["ETag"] = tag_of(response.content, version, now=request.now)
    tag = response["ETag"].removeprefix("W/")
    seen = {part.strip().removeprefix("W/") for part in request.headers.get("If-None-Match", "").split(",")}
    if _is_read(request, response) and (tag in seen or "*" in seen):
        response.status_code = HTTPStatus.NOT_MODIFIED.value
        response.content = b""
        del response["Content-Type"]


class Resource(BrandView, ViewSet):
    """The rows of one model. A subclass says where they are, how they look, and which operations write them.

    ``related``: what is loaded beside each row. ``lean``: lists read no other columns than the answer does, even if
    nobody asked for fewer fields. ``versioned``: annotations of the rows that are part of their version. ``creates``
    and ``changes``: the bodies of POST and PATCH.
    """

    shelf: ClassVar[Shelf]
    answer: ClassVar[type[Answer]]
    related: ClassVar[tuple[str, ...]] = ()
    lean: ClassVar[bool] = False
    versioned: ClassVar[tuple[str, ...]] = ()
    creates: ClassVar[type[Body]]
    changes: ClassVar[type[Body]]

    # --- Reading -------------------------------------------------------------------------------------------------
    def list(self, request: Request) -> Response:
        """The rows that the filters leave, one page of them."""
        shelf = self.own_shelf()
        filters = filters_of(shelf, self.request)
        answer = self._answer(request)
        rows = self.trimmed(filters.qs, answer)
        page = page_of(shelf, filters, rows, self.request)
        results = [answer.to_representation(row) for row in self.loaded(page.rows, answer)]
        return Response(body_of(page, results, self.request))

    def retrieve(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the name in the address
        """One row."""
        refuse_unknown(request.query_params, OF_ROWS)
        return self._shown(self.row(id), self._answer(request))

    def own_shelf(self) -> Shelf:
        """The shelf as this caller sees it: usually all of it."""
        return self.shelf

    def rows(self) -> QuerySet[Any]:
        """All rows of the brand that this resource has."""
        return self.own_shelf().rows(self.request.brand, self.request.now)

    def row(self, pk: UUID) -> Any:
        """The row with this id. Raises Http404."""
        row = self.rows().filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def trimmed(self, rows: QuerySet[Any], answer: Answer) -> QuerySet[Any]:
        """``rows`` with no more columns than ``answer`` reads and ordering needs, if that is known."""
        trims = self.lean or answer.context.get("wanted") is not None
        columns = columns_of(answer) if trims else None
        if columns is None:
            return rows.select_related(*self.related) if self.related else rows
        names = {field.name for field in self.answer.model()._meta.concrete_fields}
        ordering = {sort.field for sort in self.shelf.sorts if sort.field.split("__")[0] in names}
        columns |= ordering
        beside = {column.rpartition("__")[0] for column in columns} - {""}
        # Without names, select_related() would mean every table.
        rows = rows.select_related(None)
        return (rows.select_related(*beside) if beside else rows).only("pk", *columns)

    def loaded(self, rows: Sequence[Any], answer: Answer) -> Sequence[Any]:
        """The rows with all that ``answer`` reads, in a number of queries that does not depend on how many they are."""
        return rows

    def _answer(self, request: Request | None = None) -> Answer:
        context = self.brand_context
        if request is not None and not OF_ROWS.isdisjoint(request.query_params):
            known = self.answer(context=context).fields
            context["wanted"] = wanted_fields(request.query_params, known)
        return self.answer(context=context)

    def _shown(self, row: Any, answer: Answer | None = None, status: int = 200) -> Response:
        answer = answer or self._answer()
        (loaded,) = self.loaded([row], answer)
        response = Response(answer.to_representation(loaded), status=status)
        response.headers[VERSION] = self.version(row)
        return response

    def shown(self, pk: UUID, *, status: int = 200) -> Response:
        """The row as it is now, after it was written."""
        return self._shown(self.row(pk), status=status)

    def added(self, pk: UUID, *, is_new: bool = True) -> Response:
        """The row that a POST to all of them left: 201, or 200 for one that was on file; and its address."""
        response = self.shown(pk, status=HTTPStatus.CREATED if is_new else HTTPStatus.OK)
        response["Location"] = f"{self.request.path}/{pk}"
        return response

    # --- Writing one ---------------------------------------------------------------------------------------------
    def create(self, request: Request) -> Response:
        """Adds one row."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            (row,) = self.add([self.read_body(self.creates)])
            return self.added(row.pk)

        return self.written(do)

    def partial_update(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Changes the fields that are sent."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            row = self.seen(id)
            self.edit([(row, self.read_body(self.changes, partial=True))])
            return self.shown(id)

        return self.written(do)

    def destroy(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Deletes a row that nothing else needs."""
        refuse_unknown(request.query_params, ())

        def do() -> Response:
            self.remove([self.seen(id)])
            return Response(status=HTTPStatus.NO_CONTENT)

        return self.written(do)

    def seen(self, pk: UUID) -> Any:
        """The row, if it is as the caller saw it. Raises Http404 and PreconditionFailedError. Under the lock."""
        versions = wanted_versions(self.request)
        row = self.row(pk)
        if versions is not None and (version := self.version(row)) not in versions:
            answer = self._answer()
            (loaded,) = self.loaded([row], answer)
            current = answer.to_representation(loaded)
            raise PreconditionFailedError(current, f'"{version}"')
        return row

    def version(self, row: Any) -> str:
        """What ``If-Match`` is compared with."""
        return version_of(row, self.versioned)

    def acted(self, pk: UUID, act: Callable[[Any], object]) -> Response:
        """What ``act`` leaves of the row, for an action such as ``codes/{id}/extend``."""
        refuse_unknown(self.request.query_params, ())

        def do() -> Response:
            act(self.seen(pk))
            return self.shown(pk)

        return self.written(do)

    # --- What a subclass gives -------------------------------------------------------------------------------------
    def add(self, items: Sequence[dict[str, Any]]) -> Sequence[BrandOwned]:
        """Add rows with these values, by one operation; returns them in order."""
        raise NotImplementedError

    def edit(self, edits: Sequence[tuple[Any, dict[str, Any]]]) -> None:
        """Change rows to these values, by one operation."""
        raise NotImplementedError

    def remove(self, rows: Sequence[Any]) -> None:
        """Delete rows, by one operation."""
        raise NotImplementedError
