"""The history of a post in plain words: an audit entry in, a sentence out. English, no clock, no query."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from brands.models import AuditEntry
from campaigns.queries.history import History
from sparktrack.core.actors import ActorKind
from sparktrack.core.wording import count, short_day

Names: TypeAlias = Mapping[Any, str]
Telling: TypeAlias = Callable[[str, Mapping[str, Any], Mapping[str, Any], Names], str]

# What fields are called where their own name is not what people say.
_FIELDS = {
    "url": "link",
    "tiktok_post_id": "post id",
    "posted_at": "day of posting",
    "sku": "SKU",
    "tiktok_ad_ids": "ad ids",
    "spend_source": "source of the spend",
    "paid_amplification": "paid use",
    "approved_by": "who approved it",
    "approved_at": "day of approval",
}


def happened(entry: AuditEntry, history: History) -> str:
    """``Code ending k2Y= taken to Northbeam US``: an entry as a sentence without its full stop."""
    kind, _, verb = entry.action.partition(".")
    subject = _subject(entry, kind, history)
    tell = _TELLINGS.get(entry.action)
    words = (
        tell(subject, entry.before, entry.after, _by_text(history.subjects))
        if tell
        else f"{subject} {verb.replace('_', ' ')}"
    )
    return words[:1].upper() + words[1:]


def who(entry: AuditEntry, names: Mapping[str, str], *, contacts: bool) -> str:
    """Who did it: a name, ``an import``, ``a script``.

    Scripts are named, and somebody who left the brand by e-mail, if ``contacts`` may be read.
    """
    if entry.actor_kind == ActorKind.SYSTEM:
        return "an import" if entry.actor_label.startswith("import") else "sparktrack"
    label = entry.actor_label if contacts else ""
    if entry.actor_kind == ActorKind.TOKEN:
        return label or "a script"
    return names.get(entry.actor_id) or label or "somebody who left"


def _subject(entry: AuditEntry, kind: str, history: History) -> str:
    if kind == "flight":
        campaign = history.subjects.get(entry.object_id) if entry.object_id else None
        return f"flight in {campaign}" if campaign else "flight"
    # The label of a code ends in letters whose case counts, that of a right is its contract.
    return entry.object_label if kind in {"code", "right", "link"} else kind


def _by_text(subjects: Names) -> Names:
    return {str(key): name for key, name in subjects.items()}


def _just(words: str) -> Telling:
    return lambda subject, _before, _after, _names: f"{subject} {words}"


def _recorded(subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    days = after.get("window_days")
    kind = " as a replacement" if after.get("supersedes") else ""
    return f"{subject} recorded{kind}" + (f", {count(days, 'day')}" if isinstance(days, int) else "")


def _extended(subject: str, before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    old, new = before.get("window_days"), after.get("window_days")
    if isinstance(old, int) and isinstance(new, int) and new > old:
        return f"{subject} extended by {count(new - old, 'day')}"
    return f"{subject} extended"


def _applied(subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], names: Names) -> str:
    return f"{subject} taken to {names.get(after.get('ad_account')) or 'an ad account'}"


def _edited(subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    fields = ", ".join(_FIELDS.get(name, name.replace("_", " ")) for name in after)
    return f"{subject} edited: {fields}"


def _moved(subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    said = [
        f"{word} {_day(after[name], nothing)}"
        for name, word, nothing in (("starts_on", "from", "no day yet"), ("ends_on", "to", "no end"))
        if name in after
    ]
    return f"{subject} moved" + (f": {', '.join(said)}" if said else "")


def _day(value: object, nothing: str) -> str:
    try:
        return short_day(day := date.fromisoformat(str(value)), year=day.year)
    except ValueError:
        return nothing


def _stage(_subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    return f"stage: {str(after.get('stage', '')).replace('_', ' ')}"


def _stage_back(_subject: str, before: Mapping[str, Any], _after: Mapping[str, Any], _names: Names) -> str:
    return f"stage taken back: {str(before.get('stage', '')).replace('_', ' ')}"


def _numbers(_subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    said = ", ".join(f"{value:,} {name}" for name, value in after.items() if isinstance(value, int))
    return f"numbers noted: {said}" if said else "numbers noted"


def _asked(_subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    days = after.get("window_days")
    return "the creator was asked for a code" + (f", {count(days, 'day')}" if isinstance(days, int) else "")


def _method(_subject: str, _before: Mapping[str, Any], after: Mapping[str, Any], _names: Names) -> str:
    return f"authorized by {str(after.get('method', '')).replace('_', ' ')}"


_TELLINGS: Mapping[str, Telling] = {
    "code.recorded": _recorded,
    "code.replaced": _recorded,
    "code.extended": _extended,
    "code.applied": _applied,
    "code.rejected": _just("rejected by TikTok"),
    "code.unrevoked": _just("not revoked after all"),
    "code.verified": _just("verified"),
    "code.source_post_code_kept": _just("got the code of the source post"),
    "code.source_post_code_revealed": _just("revealed with the code of its source post"),
    "request.made": _asked,
    "request.answered": lambda _subject, _before, _after, _names: "the creator answered with a code",
    "request.withdrawn": _just("for a code withdrawn"),
    "request.reopened": _just("for a code waits for an answer again"),
    "right.ended": _just("end early"),
    "right.triggered": _just("began"),
    "right.edited": _edited,
    "flight.edited": _edited,
    "flight.moved": _moved,
    "flight.account_assigned": _just("moved to another ad account"),
    "flight.run_anyway": _just("runs anyway"),
    "flight.put_back": _just("is as before again"),
    "flight.checked": _just("checked before its launch"),
    "flight.moved_to_redo": _just("planned with the new creative"),
    "link.opened": lambda subject, _before, _after, _names: subject,
    "link.closed": _just("no longer"),
    "post.edited": _edited,
    "post.gone": _just("private or deleted"),
    "post.back": _just("public again"),
    "post.brief_attached": _just("attached to a brief"),
    "post.gaps_repaired": _just("checked: its coverage was computed anew"),
    "post.stage_reached": _stage,
    "post.stage_taken_back": _stage_back,
    "post.metrics_recorded": _numbers,
    "post.method_changed": _method,
}
