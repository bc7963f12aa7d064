"""What every model shares: the primary key, and truths the database holds about enums and intervals."""

from enum import StrEnum

from django.db import models

from sparktrack.core.ids import uuid7


class Row(models.Model):
    """A row with a UUIDv7 made in the app as its primary key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


def choices(enum: type[StrEnum]) -> list[tuple[str, str]]:
    """The choices of a field for ``enum``: stored value, words for a person."""
    return [(member.value, words(member)) for member in enum]


def words(member: StrEnum) -> str:
    """An enum member as a person reads it: ``problem_solution`` → ``Problem solution``."""
    return member.value.replace("_", " ").capitalize()


def one_of(field: str, enum: type[StrEnum], name: str, *, blank: bool = False) -> models.CheckConstraint:
    """The database refuses any value of ``field`` that is not in ``enum`` (nor empty, if ``blank``)."""
    allowed = [member.value for member in enum] + ([""] if blank else [])
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": allowed}), name=name)


def ordered(start: str, end: str, name: str) -> models.CheckConstraint:
    """The database refuses an interval whose ``end`` is not after its ``start``; an open end passes."""
    return models.CheckConstraint(condition=models.Q(**{f"{end}__gt": models.F(start)}), name=name)
