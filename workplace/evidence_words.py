"""What evidence says about deeds, earlier reasons and messages: for pages and for scripts."""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.models import Delivery
from alerts.templatetags.alerts import person
from brands.models import AuditEntry
from campaigns import happenings
from campaigns.queries.history import History
from workplace.queries.evidence import Pack
from workplace.queries.evidence_rows import Warned


def deed(entry: AuditEntry, pack: Pack) -> str:
    """``Taken to Northbeam US``; the thing it is about stands above it."""
    words = happenings.happened(entry, History([entry], more=False, subjects=pack.accounts))
    kind = entry.action.partition(".")[0]
    subject = entry.object_label if kind in {"code", "right"} else kind
    said = words[len(subject) :].strip() if words.lower().startswith(subject.lower()) else words
    return said[:1].upper() + said[1:]


def reason_then(entry: AuditEntry) -> str:
    """The reason that an earlier "run anyway" gave."""
    return str(entry.after.get("run_anyway_reason") or "the same reason")


def approver_then(entry: AuditEntry, pack: Pack) -> str:
    """Who approved an earlier "run anyway"; empty where the audit does not name them again."""
    return pack.names.get(str(entry.after.get("run_anyway_by")), "")


@dataclass(frozen=True, slots=True)
class Message:
    """A message about a warning: to whom, ``mail`` or ``message``, and how it fared; None: it waits."""

    to: str
    form: str
    delivery: Delivery | None


def messages_of(warned: Warned) -> Iterator[Message]:
    """Who was told of a warning, people first."""
    for notice in warned.notices:
        # Without a message it was closed before this person would have heard of it.
        if notice.delivery or not warned.alert.closed_at:
            yield Message(person(notice.user), "mail", notice.delivery)
    for each in warned.messages:
        yield Message(str(each.channel), "message", each)
