"""The words of alerts: what must be renewed, who hears of it in which form, how a message fares (DOMAIN.md §7)."""

from enum import StrEnum


class AlertKind(StrEnum):
    """What must be renewed or done: a post's codes, the rights, the post itself; or a replacement applied."""

    CODE = "code"
    RIGHTS = "rights"
    POST = "post"
    APPLY = "apply"


class Outcome(StrEnum):
    """Why an alert is closed.

    ``resolved``: what it warned of will not happen any more, and somebody had been told. ``cancelled``: the same,
    before anybody was told. ``superseded``: a tighter step of the same lapse was raised. ``skipped``: the step is
    longer than half the window it would warn about, so it never was for anybody.
    """

    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    SKIPPED = "skipped"


class AlertState(StrEnum):
    """An alert at an instant: derived, never stored."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    CLOSED = "closed"


class Form(StrEnum):
    """How a person hears of an alert: in a mail at once, in the next morning round, as a line of the digest."""

    AT_ONCE = "at_once"
    ROUND = "round"
    DIGEST = "digest"


class Wish(StrEnum):
    """What a person chose for a kind of alert: as designed, lines of the digest only, nothing."""

    USUAL = "usual"
    DIGEST = "digest"
    NOTHING = "nothing"


class DeliveryKind(StrEnum):
    """What a message is about: one alert, several at once, a person's morning, or a test of a channel."""

    ALERT = "alert"
    SUMMARY = "summary"
    MORNING = "morning"
    TEST = "test"


class DeliveryState(StrEnum):
    """How a message fares.

    ``due`` may be claimed from its instant on, ``sending`` is claimed under a lease, ``sent`` was accepted. ``failed``:
    refused for good or broken too often. ``expired``: could not be sent while it was worth sending. ``cancelled``:
    nothing of what it was about holds any more.
    """

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    """How one attempt ended; an attempt without an end was cut short: the message may have been accepted or not."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    BROKEN = "broken"
    CANCELLED = "cancelled"


class ChannelKind(StrEnum):
    """Where a brand's alerts go besides mail."""

    SLACK = "slack"
    TEAMS = "teams"
    DISCORD = "discord"
    WEBHOOK = "webhook"


class ChannelState(StrEnum):
    """A channel as it is: derived, never stored.

    ``gone``: off because its server said so (410). ``fails`` and ``waits``: on, but the last message was given up, or
    will be tried again.
    """

    ON = "on"
    WAITS = "waits"
    FAILS = "fails"
    OFF = "off"
    GONE = "gone"


class CalendarKind(StrEnum):
    """What stands in a calendar: a flight stops or must be paused, rights have their last day, a flight ends."""

    LAPSE = "lapse"
    RIGHTS_END = "rights_end"
    FLIGHT_END = "flight_end"
