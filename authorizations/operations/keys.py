"""Sealing stored codes again with the newest key of the ring."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from authorizations.models import AuthorizationCode
from authorizations.secrets import (
    code_fingerprint,
    current_key_id,
    open_code,
    open_source_post_code,
    seal_code,
    seal_source_post_code,
)
from brands.models import Brand
from sparktrack.core.secrets import UndecryptableError

_SLICE = 500


def codes_under_old_keys() -> int:
    """How many rows of all brands are not sealed with the newest key."""
    return _old().count()


def rotate_code_keys() -> Iterator[int]:
    """Seal every code of all brands with the newest key, a slice a transaction; yields how many each slice took.

    Stop it at any moment and start it again: it goes on with what is left. Every code stays readable throughout.
    Raises UndecryptableError at a row that no key opens; what was done before stays done.
    """
    last = UUID(int=0)
    while ids := list(_old().filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_SLICE]):
        with transaction.atomic():
            _lock_brands(ids)
            locked = list(AuthorizationCode.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
            for row in locked:
                _reseal(row)
            AuthorizationCode.objects.bulk_update(
                locked, ["ciphertext", "key_id", "source_post_ciphertext", "source_post_key_id"]
            )
        yield len(locked)
        last = ids[-1]


def _lock_brands(codes: Sequence[UUID]) -> None:
    """Keeps out whoever changes codes meanwhile: they lock the brand first, and rows in an order of their own."""
    brands = AuthorizationCode.objects.filter(pk__in=codes).values("brand")
    list(Brand.objects.select_for_update(no_key=True).filter(pk__in=brands).order_by("pk"))


def _old() -> models.QuerySet[AuthorizationCode]:
    current = current_key_id()
    return AuthorizationCode.objects.filter(
        ~Q(key_id=current) | (Q(source_post_ciphertext__isnull=False) & ~Q(source_post_key_id=current))
    )


def _reseal(row: AuthorizationCode) -> None:
    try:
        code, source = open_code(row), open_source_post_code(row)
    except UndecryptableError as error:
        raise UndecryptableError(f"Code {row.pk}, sealed with key {row.key_id}: {error}") from None
    if code_fingerprint(code) != row.fingerprint:
        raise UndecryptableError(
            f"Code {row.pk} does not match its fingerprint: is FINGERPRINT_KEY the right one?"
        )
    sealed = seal_code(code, brand_id=row.brand_id, fingerprint=row.fingerprint)
    row.ciphertext, row.key_id = sealed.ciphertext, sealed.key_id
    if source:
        again = seal_source_post_code(source, row)
        row.source_post_ciphertext, row.source_post_key_id = again.ciphertext, again.key_id
