"""A letter: what one message says, before it is wrapped for the wire."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one message says to one person or channel.

    ``subject`` is one line. A chat gets ``text`` alone, a webhook ``payload``. ``headers`` are those that differ from
    letter to letter (thread, unsubscribe). ``notices`` are the ids of those that it tells; the rest no longer holds.
    """

    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] | None = None
    notices: tuple[UUID, ...] = ()
