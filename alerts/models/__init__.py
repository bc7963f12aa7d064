"""Who must know: alerts and who hears of them, messages and their attempts, channels, calendars, choices."""

from alerts.models.alerts import Alert, AlertFlight, Notice
from alerts.models.calendars import CalendarEvent, CalendarFeed
from alerts.models.channels import Channel
from alerts.models.deliveries import Attempt, Delivery, Heartbeat
from alerts.models.people import AlertWish, MorningHour

__all__ = [
    "Alert",
    "AlertFlight",
    "AlertWish",
    "Attempt",
    "CalendarEvent",
    "CalendarFeed",
    "Channel",
    "Delivery",
    "Heartbeat",
    "MorningHour",
    "Notice",
]
