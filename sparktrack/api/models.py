"""Answers that a script may ask for again: it cannot know whether a request whose answer was lost was done."""

from typing import ClassVar

from django.db import models

from brands.models import BrandOwned
from brands.querysets import BrandOwnedQuerySet


class KeptAnswer(BrandOwned):
    """The first answer to a POST with an ``Idempotency-Key``, written in the transaction of what it did.

    ``sender``: the id of the token or person; ``key`` and ``asked`` are HMACs, of the key and of method, address and
    body: there may be a code in either. ``body`` is the JSON as it was written: a database of its own order would
    change its bytes, and with them the ETag.
    """

    is_derived: ClassVar[bool] = True

    sender = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    asked = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField()
    at = models.DateTimeField()

    objects = BrandOwnedQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["brand", "sender", "key"], name="keptanswer_once"),)
        indexes = (models.Index(fields=["at"], name="keptanswer_by_age"),)

    def __str__(self) -> str:
        return self.key
