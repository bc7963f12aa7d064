"""The same for up to 500 at once, at ``…/bulk``: all or nothing, and errors say which."""

from collections.abc import Callable, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from brands.operations.deleting import InUseError
from sparktrack.api.bodies import Body, read_many
from sparktrack.api.problems import MissingError, RefusedItemsError
from sparktrack.api.reading import refuse_unknown
from sparktrack.api.resource import Resource
from sparktrack.api.versions import refuse_versions
from sparktrack.core.refusals import RefusedError


class Named(Body):
    """A row by its id."""

    id = serializers.UUIDField()


@cache
def named(changes: type[Body]) -> type[Body]:
    """``changes`` of a row that is named by its id."""
    return type(f"{changes.__name__}OfOne", (Named, changes), {"__doc__": changes.__doc__})


class ManyMixin(Resource):
    """Adds ``POST``, ``PATCH`` and ``DELETE`` of ``…/bulk`` to a resource."""

    def bulk_create(self, request: Request) -> Response:
        """Adds as many rows as objects are sent."""
        refuse_unknown(request.query_params, ())
        refuse_versions(request)

        def do() -> Response:
            items = read_many(self.creates, request.data, context=self.brand_context)
            rows = all_or_nothing(self.add, items)
            return self._many([row.pk for row in rows], HTTPStatus.CREATED)

        return self.written(do)

    def bulk_update(self, request: Request) -> Response:
        """Changes rows; each object says its ``id`` and the fields that change."""
        refuse_unknown(request.query_params, ())
        refuse_versions(request)

        def do() -> Response:
            items = read_many(
                named(self.changes), request.data, context=self.brand_context, named=True, partial=True
            )
            rows = self._rows([item.pop("id") for item in items])
            all_or_nothing(self.edit, list(zip(rows, items, strict=True)))
            return self._many([row.pk for row in rows], HTTPStatus.OK)

        return self.written(do)

    def bulk_destroy(self, request: Request) -> Response:
        """Deletes rows; each object says its ``id``."""
        refuse_unknown(request.query_params, ())
        refuse_versions(request)

        def do() -> Response:
            items = read_many(Named, request.data, context=self.brand_context, named=True)
            all_or_nothing(self.remove, self._rows([item["id"] for item in items]))
            return Response(status=HTTPStatus.NO_CONTENT)

        return self.written(do)

    def _rows(self, ids: Sequence[UUID]) -> list[Any]:
        found = self.rows().in_bulk(ids)
        if missing := [str(pk) for pk in ids if pk not in found]:
            raise MissingError(missing)
        return [found[pk] for pk in ids]

    def _many(self, ids: Sequence[UUID], status: int) -> Response:
        answer = self.answer(context=self.brand_context)
        loaded = self.loaded(self._rows(ids), answer)
        return Response({"results": [answer.to_representation(row) for row in loaded]}, status=status)


def all_or_nothing(do: Callable[[list[Any]], Any], items: list[Any]) -> Any:
    """What ``do`` makes of all of them. Raises RefusedItemsError with each that it refuses; nothing is done then."""
    try:
        with transaction.atomic():
            return do(items)
    except InUseError:
        raise
    except RefusedError as error:
        if len(items) == 1:
            raise RefusedItemsError({0: error}) from None
        raise RefusedItemsError(_refused(do, items) or {0: error}) from None


def _refused(do: Callable[[list[Any]], Any], items: list[Any]) -> dict[int, RefusedError]:
    """Which are refused when they are done one after the other, as the first tried; all is taken back.

    The brand is locked meanwhile. So what goes well is tried in parts that grow, and what is refused in parts that
    shrink, down to the one: some thirty tries find one of 500, not 500.
    """
    refused = {}
    with transaction.atomic():
        place, size = 0, len(items) // 2
        while place < len(items):
            part = items[place : place + size]
            try:
                with transaction.atomic():
                    do(part)
            except RefusedError as error:
                if len(part) == 1:
                    refused[place] = error
                    place += 1
                else:
                    size = len(part) // 2
            else:
                place += len(part)
                size *= 2
        transaction.set_rollback(True)
    return refused
