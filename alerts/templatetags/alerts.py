"""``{% load alerts %}``: alerts in words. The tags take ``now`` and ``zone`` from the context, as others do."""

from django import template
from django.template.context import Context

from alerts.enums import AlertKind, AlertState, AttemptOutcome, DeliveryState, Outcome
from alerts.models import Alert, Attempt
from alerts.queries.alerts import AlertPage
from alerts.queries.lines import AlertLine
from alerts.queries.told import ComingStep, Told
from alerts.words import ATTEMPTS, CUT_SHORT, DELIVERIES, FORMS, OUTCOMES, SUBJECTS, step_name
from brands.models import AuditEntry, User
from brands.rules import Action
from campaigns import happenings
from campaigns.drawing import words_of
from campaigns.phrases import Subject, Tone
from campaigns.queries.lines import FlightLine
from campaigns.words import Words
from posts.enums import Method
from sparktrack.core.templatetags.wording import time_element
from sparktrack.core.wording import TimeWords, money

register = template.Library()


@register.simple_tag(takes_context=True)
def alert_words(context: Context, line: AlertLine) -> Words | None:
    """``{% alert_words line as words %}``: what its first flight can expect; None if all its flights were deleted."""
    return hit_words(context, line.lead, line) if line.lead else None


@register.simple_tag(takes_context=True)
def hit_words(context: Context, flight: FlightLine, line: AlertLine) -> Words:
    """``{% hit_words flight line as words %}``: a flight that the alert hits, in words about this side only."""
    post = flight.flight.post
    subject = Subject(post.creator.handle, linked=post.method != Method.CODE)
    return words_of(flight, subject, times_of(context, flight, line), apply_by=flight.apply_by)


@register.simple_tag(takes_context=True)
def lapse_time(context: Context, line: AlertLine) -> str:
    """When it lapses: the last day of what came from a date, else the instant on the reader's clock."""
    at = line.alert.lapses_at
    times = times_of(context, line.lead, line)
    if line.kind is AlertKind.RIGHTS:
        times = times.of_contract()
    if line.kind is AlertKind.RIGHTS or times.begins_a_day(at):
        return times.last_day(at)
    return time_element(at, context["zone"], context["now"])


def times_of(context: Context, flight: FlightLine | None, line: AlertLine) -> TimeWords:
    """The words for time of a flight, days in the zone of its account."""
    zone = flight.zone if flight else line.brand.time_zone
    return TimeWords(
        now=context["now"], zone=zone, viewer_zone=context["zone"], contract_zone=line.brand.time_zone
    )


@register.filter
def person(user: User | None) -> str:
    """A person's name; of somebody who has not said it the part of the e-mail before the @."""
    return (user.full_name or user.get_short_name()) if user else "somebody who left"


@register.filter
def first_name(user: User | None) -> str:
    """A person in a word."""
    return user.get_short_name() if user else "somebody who left"


@register.filter
def step_words(step: int) -> str:
    """``3 days before``."""
    return step_name(step)


@register.filter
def subject_words(kind: AlertKind) -> str:
    """``the code``: what must be renewed."""
    return SUBJECTS[kind]


@register.filter
def outcome_words(alert: Alert) -> str:
    """Why it is closed."""
    return OUTCOMES[Outcome(alert.outcome)] if alert.outcome else ""


@register.filter
def form_words(told: Told) -> str:
    """In which form somebody hears of it."""
    if told.channel is not None:
        return told.channel.get_kind_display()
    words = FORMS[told.form]
    return f"{words}, again" if told.notice is not None and told.notice.repeat_on else words


@register.filter
def fared(told: Told) -> str:
    """How their message fared."""
    return "waits" if told.delivery is None else DELIVERIES[DeliveryState(told.delivery.state)]


@register.filter
def fared_tone(told: Told) -> Tone:
    """The tone of the badge that says so."""
    if told.delivery is None:
        return Tone.IDLE
    state = DeliveryState(told.delivery.state)
    if state in {DeliveryState.FAILED, DeliveryState.EXPIRED}:
        return Tone.STOP
    if state is DeliveryState.SENT:
        return Tone.OK
    tried = told.delivery.attempts > 0 and state is not DeliveryState.CANCELLED
    return Tone.WARN if tried else Tone.IDLE


@register.filter
def attempt_words(attempt: Attempt, told: Told) -> str:
    """How an attempt ended."""
    if attempt.outcome:
        return ATTEMPTS[AttemptOutcome(attempt.outcome)]
    return "under way" if told.is_under_way and attempt is told.tries[-1] else CUT_SHORT


@register.filter
def coming_words(step: ComingStep) -> str:
    """Who will hear of a step, and how."""
    if step.step >= 7:
        return "a line in the morning mail of the one whose move it is"
    if step.step > 1:
        return "in the morning mail of the one whose move it is, on a working day"
    if step.step == 1:
        return "to buyer and manager; to the admins too if nobody acknowledged"
    return "at once to buyer, manager and admins"


@register.filter
def a_day(line: AlertLine) -> str:
    """``$200 + €50``: what the flights spend a day; empty if nobody said."""
    return " + ".join(money(each.amount, each.currency) for each in line.a_day)


@register.filter
def state_words(state: AlertState) -> str:
    """The name of a state as a tab has it."""
    return {"open": "Open", "acknowledged": "Acknowledged", "snoozed": "Snoozed", "closed": "Closed"}[state]


@register.filter
def of_state(page: AlertPage | None, state: AlertState) -> int | None:
    """How many there are; None for closed ones, which nobody counts, and where the list was refused."""
    return page.counts.get(state) if page else None


@register.filter
def kind_words(kind: AlertKind) -> str:
    """``Code``: what ended or would have."""
    words = SUBJECTS[kind].removeprefix("the ")
    return words[0].upper() + words[1:]


@register.filter
def told_names(line: AlertLine) -> str:
    """``Mara, Jonas``: who was told of this step."""
    return ", ".join(first_name(hearer.user) for hearer in line.hearers if hearer.is_told)


@register.filter
def waiting_names(line: AlertLine) -> str:
    """Who will be told of it."""
    return ", ".join(first_name(hearer.user) for hearer in line.hearers if not hearer.is_told)


_ENTRIES = {
    "alert.acknowledged": "Acknowledged",
    "alert.snoozed": "Snoozed",
    "alert.reopened": "Opened again",
}


@register.filter
def entry_words(entry: AuditEntry) -> str:
    """What somebody said of an alert."""
    said = _ENTRIES.get(entry.action, entry.action.partition(".")[2].replace("_", " "))
    reason = entry.after.get("snooze_reason")
    return f"{said}: {reason}" if reason else said


@register.simple_tag(takes_context=True)
def entry_by(context: Context, entry: AuditEntry) -> str:
    """Who said it; an e-mail only for those who may read contacts."""
    contacts = Action.READ_CONTACTS in context["request"].allowed
    return happenings.who(entry, context["page"].names, contacts=contacts)
