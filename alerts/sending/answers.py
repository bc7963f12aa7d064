"""What a sender says of one message."""

from dataclasses import dataclass

from alerts.enums import AttemptOutcome


@dataclass(frozen=True, slots=True)
class Answer:
    """``outcome`` and the server's words, 300 characters at most, without secrets.

    ``accepted``: it is theirs now. ``deferred``: again later. ``refused``: never again, and people see it. ``broken``:
    ours is the mistake; five of them are enough. ``away``: nobody can be reached behind this server at the moment, so
    whatever else would go there waits too.
    """

    outcome: AttemptOutcome
    text: str = ""
    away: bool = False
