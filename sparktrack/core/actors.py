"""Who does something: passed to every operation and written to the audit."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """The kinds of actors an audit entry can name."""

    USER = "user"
    TOKEN = "token"  # noqa: S105 - a kind of actor, not a secret
    CREATOR = "creator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts.

    ``id`` is the primary key as text (empty for the system), ``label`` what a person reads in the audit (an e-mail,
    the name of a command), ``ip`` and ``request_id`` are empty outside a request.
    """

    kind: ActorKind
    id: str = ""
    label: str = ""
    ip: str = ""
    request_id: str = ""

    @property
    def user_id(self) -> UUID | None:
        """The primary key of the person who acts; None for tokens, creators and the system."""
        return UUID(self.id) if self.kind is ActorKind.USER else None


def system_actor(label: str) -> Actor:
    """The actor for commands and tasks that no person stands behind; ``label`` says which one."""
    return Actor(kind=ActorKind.SYSTEM, label=label)
