"""The words of alerts that pages and messages share. Plain Python, English, no clock.

What a lapse does to a flight is said by campaigns.words; here is what the engine did about it and will do.
"""

from alerts.enums import AlertKind, AttemptOutcome, DeliveryState, Form, Outcome, Wish
from sparktrack.core.wording import count

# What must be renewed or done, as the name of a filter and in a sentence.
KINDS = {
    AlertKind.CODE: "Codes",
    AlertKind.RIGHTS: "Rights",
    AlertKind.POST: "Posts",
    AlertKind.APPLY: "Replacements to apply",
}
SUBJECTS = {
    AlertKind.CODE: "the code",
    AlertKind.RIGHTS: "the rights",
    AlertKind.POST: "the post",
    AlertKind.APPLY: "a replacement to apply",
}

FORMS = {
    Form.AT_ONCE: "mail at once",
    Form.ROUND: "morning mail",
    Form.DIGEST: "line of the morning mail",
}

OUTCOMES = {
    Outcome.RESOLVED: "Resolved",
    Outcome.CANCELLED: "Gone before anybody was told",
    Outcome.SUPERSEDED: "A tighter warning followed",
    Outcome.SKIPPED: "Skipped: longer than half the window",
}

DELIVERIES = {
    DeliveryState.DUE: "waits to be sent",
    DeliveryState.SENDING: "is being sent",
    DeliveryState.SENT: "accepted",
    DeliveryState.FAILED: "not delivered",
    DeliveryState.EXPIRED: "not sent in time",
    DeliveryState.CANCELLED: "not sent: nothing to warn of any more",
}

ATTEMPTS = {
    AttemptOutcome.ACCEPTED: "accepted",
    AttemptOutcome.DEFERRED: "deferred, tried again",
    AttemptOutcome.REFUSED: "refused",
    AttemptOutcome.BROKEN: "could not be written",
    AttemptOutcome.CANCELLED: "not sent: nothing to warn of any more",
}
# An attempt without an end whose message is not being sent now.
CUT_SHORT = "cut short: nobody knows whether it arrived"

WISHES = {
    Wish.USUAL: "As designed",
    Wish.DIGEST: "Only in the morning mail",
    Wish.NOTHING: "Nothing",
}


def step_name(step: int) -> str:
    """``30 days before``, ``1 day before``, ``at the lapse``; below that ``found late``."""
    if step < 0:
        return "found late"
    return "at the lapse" if step == 0 else f"{count(step, 'day')} before"
