"""The order A–Z that people expect, the same on both databases: neither case nor accents count.

Databases order texts by their bytes or by the collation of the machine: "bob" and "Änne" behind "Zoe", and on another
machine not. Here each letter is exchanged for its small one without accents by one table, in Python for SQLite and by
``translate`` for PostgreSQL, and what results is compared by code points (BINARY there, COLLATE "C" here). So the
databases, and the place in an address that Python writes, agree about each row.
"""

from typing import Any
from unicodedata import normalize

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func

_SQLITE_NAME = "sparktrack_folded"
# Latin with all its accents, Greek, Cyrillic. Of Cyrillic letters the accents stay: й is a letter of its own.
_LATIN, _GREEK, _CYRILLIC = range(0x41, 0x250), range(0x370, 0x400), range(0x400, 0x530)
_ALONE = {"ß": "s", "æ": "a", "œ": "o", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "t", "ħ": "h"}


def _small(letter: str, *, accents: bool) -> str:
    small = letter.lower()
    plain = _ALONE.get(small) or (small if accents else normalize("NFD", small)[0])
    return plain if len(plain) == 1 else letter


_TABLE = {
    ord(letter): small
    for letters, accents in ((_LATIN, False), (_GREEK, False), (_CYRILLIC, True))
    for letter in map(chr, letters)
    if letter.isalpha() and (small := _small(letter, accents=accents)) != letter
}


def folded(text: str) -> str:
    """The text by which ``text`` is ordered: ``Änne`` and ``ANNE`` are ``anne``."""
    return text.translate(_TABLE)


class Folded(Func):
    """``folded`` of a column that is never null, in a query."""

    arity = 1
    function = _SQLITE_NAME
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """In the words of PostgreSQL."""
        letters, small = "".join(map(chr, _TABLE)), "".join(_TABLE.values())
        template = f"(translate(%(expressions)s, '{letters}', '{small}') COLLATE \"C\")"
        return super().as_sql(compiler, connection, template=template, **context)


def teach_sqlite(connection: BaseDatabaseWrapper, **_signal: object) -> None:
    """Give a new connection to SQLite the function; PostgreSQL needs none."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(_SQLITE_NAME, 1, folded, deterministic=True)
