"""``{% load channels %}``: channels and what went there, in words."""

from django import template

from alerts.channel_words import EVENTS
from alerts.enums import AttemptOutcome, DeliveryKind, DeliveryState
from alerts.models import Attempt, Delivery
from alerts.queries.channels import LogLine
from alerts.words import ATTEMPTS, CUT_SHORT, DELIVERIES, step_name
from campaigns.phrases import Tone

register = template.Library()


@register.filter
def from_words(step: int) -> str:
    """``alerts from 3 days before on``: what a channel is told."""
    return "alerts at the lapse" if step == 0 else f"alerts from {step_name(step)} on"


@register.filter
def event_words(delivery: Delivery) -> str:
    """What a message is about, in a word."""
    if delivery.kind == DeliveryKind.SUMMARY:
        return "Alerts"
    return EVENTS.get(delivery.event, "Message")


@register.filter
def message_words(delivery: Delivery) -> str:
    """How a message fared."""
    if delivery.state == DeliveryState.CANCELLED and delivery.problem:
        return "not sent"
    return DELIVERIES[DeliveryState(delivery.state)]


@register.filter
def message_tone(delivery: Delivery) -> Tone:
    """The tone of the badge that says so."""
    state = DeliveryState(delivery.state)
    if state in {DeliveryState.FAILED, DeliveryState.EXPIRED}:
        return Tone.STOP
    if state is DeliveryState.SENT:
        return Tone.OK
    # It was tried, and will be again.
    return Tone.WARN if delivery.problem and state is not DeliveryState.CANCELLED else Tone.IDLE


@register.filter
def try_words(attempt: Attempt, line: LogLine) -> str:
    """How an attempt ended."""
    if attempt.outcome:
        return ATTEMPTS[AttemptOutcome(attempt.outcome)]
    under_way = line.delivery.state == DeliveryState.SENDING and attempt is line.tries[-1]
    return "under way" if under_way else CUT_SHORT
