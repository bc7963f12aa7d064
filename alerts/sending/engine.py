"""The engine: claim, judge and write, send, record.

1. Claim a few messages that are due, with an attempt on record (one short transaction).
2. Judge again whether anything of it still holds; write it, unless its bytes are stored. Store the bytes and take the
   lease for the time of sending.
3. Send: outside any transaction, with time-outs.
4. Record the answer, if the lease is still ours; that one was accepted, in one transaction with step 2 of the next.

A worker may die anywhere: before 3 the message was not sent, after 4 it is on record. Between the server's "250" and
4 nobody can know (RFC 1047): then it is sent again after the lease, the same bytes under the same Message-ID.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection

from alerts import letters
from alerts.enums import AttemptOutcome, ChannelKind, DeliveryKind
from alerts.letters import Letter, mime
from alerts.models import Delivery
from alerts.operations import deliveries
from alerts.operations.heartbeats import note_mail
from alerts.rules.backoff import FIRST
from alerts.sending import chat, webhook
from alerts.sending.answers import Answer
from alerts.sending.mail import Mailer
from sparktrack.core.outages import outage_words

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

# A pass ends after this time; whoever started it starts the next. So a worker that is asked to stop soon does.
PASS_SECONDS = 5.0
# Claimed in one go: at first, and as many as were sent in about a second before, for looking up what many tell takes
# little longer than for one. Whoever waits for a slow one before it is free again after ``deliveries.HELD``.
BATCH = 10
MOST = 40
_BATCH_SECONDS = 1.0
_CLOCK_SECONDS = 0.1
# A recipient that takes longer lets the others go first for as long again.
_SLOW_SECONDS = 2.0
_LONG = {DeliveryKind.SUMMARY, DeliveryKind.MORNING}
_JUST_BEFORE = timedelta(seconds=1)
_FROM_A_SERVER = {AttemptOutcome.ACCEPTED, AttemptOutcome.DEFERRED, AttemptOutcome.REFUSED}
# The database may restart while a server is answering: its answer is worth waiting for.
_RECORD_SECONDS = 20.0


class Writer(Protocol):
    """Says what a message says now; None when nothing of it holds any more."""

    def __call__(self, delivery: Delivery, /, *, now: datetime) -> Letter | None: ...


# Each takes the stored bytes to the address of its channel.
CHANNELS: dict[ChannelKind, Callable[[Delivery], Answer]] = {
    ChannelKind.SLACK: chat.send,
    ChannelKind.TEAMS: chat.send,
    ChannelKind.DISCORD: chat.send,
    ChannelKind.WEBHOOK: webhook.send,
}


@dataclass(slots=True)
class Delivered:
    """What became of the messages of a pass; ``lost`` are claims that ran out under way."""

    outcomes: dict[AttemptOutcome, int] = field(default_factory=lambda: dict.fromkeys(AttemptOutcome, 0))
    lost: int = 0
    more: bool = False

    @property
    def accepted(self) -> int:
        """How many servers took."""
        return self.outcomes[AttemptOutcome.ACCEPTED]


def deliver(
    *, clock: Clock, most: int | None = None, seconds: float = PASS_SECONDS, write: Writer | None = None
) -> Delivered:
    """Send what is due: ``most`` messages at the most, for about ``seconds``; ``more`` says that some may be left.

    ``clock`` is the database's. Any number of passes may run at once. With ``HOLD_ALERTS`` nothing is sent. Raises only
    what the database raises.
    """
    done = Delivered()
    if settings.HOLD_ALERTS:
        return done
    deliveries.give_back(now=clock())
    deliveries.expire(now=clock())
    ends = time.monotonic() + seconds
    at_once = BATCH
    with Mailer() as mailer:
        run = _Pass(clock, write, mailer, done)
        while most is None or most > 0:
            began = time.monotonic()
            if began >= ends:
                done.more = True
                break
            batch = run.claim(min(at_once, most or at_once))
            if not batch:
                break
            tried = run.work_off(batch, min(ends, began + deliveries.HELD.total_seconds() / 2))
            most = None if most is None else most - tried
            at_once = _fitting(tried, time.monotonic() - began)
    return done


def _fitting(tried: int, seconds: float) -> int:
    """As many as fit into a second when so many took so long."""
    return max(BATCH, min(MOST, int(tried * _BATCH_SECONDS / seconds)))


class _Pass:
    """One worker's way through what is due: one message at a time."""

    def __init__(self, clock: Clock, write: Writer | None, mailer: Mailer, done: Delivered) -> None:
        self._clock = clock
        self._given = write
        self._write: Writer = write or letters.write
        self._mailer = mailer
        self._done = done
        self._now = clock()
        self._asked_at = time.monotonic()
        self._answered: tuple[Delivery, Answer] | None = None
        self._mail_away: bool | None = None

    def claim(self, most: int) -> list[Delivery]:
        """The next messages."""
        self._look_at_the_clock()
        return deliveries.claim(now=self._now, most=most)

    def work_off(self, batch: list[Delivery], ends: float) -> int:
        """One after another; how many. What is not begun when one takes long, or the time is up, is given back."""
        self._write = self._given or letters.at_desk(batch, now=self._now)
        try:
            for number, delivery in enumerate(batch, start=1):
                began = time.monotonic()
                answer = self._handle(delivery)
                took = time.monotonic() - began
                others_wait = self._others_wait_until(delivery, answer, took) if answer else None
                if others_wait or took > _SLOW_SECONDS or time.monotonic() >= ends:
                    deliveries.release(batch[number:])
                    if others_wait:
                        deliveries.put_off(delivery, until=others_wait)
                    return number
        finally:
            self._turn()
        return len(batch)

    def _handle(self, delivery: Delivery) -> Answer | None:
        """Everything about one message; None when it was not ours any more."""
        tells, answer = self._written(delivery)
        if answer is not None:
            self._turn()
        elif not self._turn(delivery, tells):
            self._done.lost += 1
            deliveries.release([delivery])
            return None
        else:
            answer = self._sent(delivery)
        self._answered = delivery, answer
        if answer.outcome is not AttemptOutcome.ACCEPTED:
            self._turn()
        return answer

    def _turn(self, following: Delivery | None = None, tells: tuple[UUID, ...] | None = None) -> bool:
        """Records the last answer and takes the message that follows, in one transaction; False: it is not ours.

        So there is never more than one between its server's answer and our commit.
        """
        if self._answered is None and following is None:
            return True
        kept, ours = _in_spite_of_restarts(lambda: self._turned(following, tells))
        if self._answered is not None:
            self._note(*self._answered, kept=kept)
            self._answered = None
        return ours

    def _turned(self, following: Delivery | None, tells: tuple[UUID, ...] | None) -> tuple[bool, bool]:
        self._look_at_the_clock()
        ended = None
        if self._answered is not None:
            last, answer = self._answered
            away = answer.away and last.channel_id is None
            ended = deliveries.Ended(last, answer.outcome, answer.text, away)
        return deliveries.turn(now=self._now, ended=ended, following=following, tells=tells)

    def _look_at_the_clock(self) -> None:
        """Several times a second: for each mail it would be one question more."""
        if time.monotonic() - self._asked_at >= _CLOCK_SECONDS:
            self._now, self._asked_at = self._clock(), time.monotonic()

    def _written(self, delivery: Delivery) -> tuple[tuple[UUID, ...] | None, Answer | None]:
        """Judges and writes the message onto ``delivery``: the notices it tells; an answer if that already decides."""
        tells = None
        # Of very many lapses: to judge and write them takes longer than what is only claimed is held.
        if delivery.kind in _LONG:
            self._turn()
            if not deliveries.hold(delivery, now=self._now):
                return None, None
        try:
            letter = self._write(delivery, now=self._now)
            if letter is None:
                return None, Answer(AttemptOutcome.CANCELLED, "Nothing of it holds any more.")
            if delivery.message is not None and delivery.user_id and deliveries.says_too_much(delivery):
                # These bytes are for nobody any more; what holds elsewhere gets a message of its own.
                return None, Answer(AttemptOutcome.CANCELLED, "Its reader left a brand that it speaks of.")
            if delivery.message is None:
                # What tells one lapse tells all of it.
                tells = letter.notices if delivery.kind in _LONG and delivery.channel is None else None
                delivery.message = _packed(delivery, letter)
                delivery.subject = letter.subject
                delivery.address = delivery.address or (delivery.user.email if delivery.user else "")
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError) and not _database_answers():
                raise  # it is not this message
            log.exception("delivery %s cannot be written", delivery.pk)
            return None, Answer(AttemptOutcome.BROKEN, f"It could not be written: {type(error).__name__}.")
        return tells, None

    def _sent(self, delivery: Delivery) -> Answer:
        send = self._mailer.send if delivery.channel is None else CHANNELS[ChannelKind(delivery.channel.kind)]
        try:
            return send(delivery)
        except Exception as error:
            log.exception("delivery %s cannot be sent", delivery.pk)
            return Answer(AttemptOutcome.BROKEN, f"It could not be sent: {type(error).__name__}.")

    def _note(self, delivery: Delivery, answer: Answer, *, kept: bool) -> None:
        self._done.outcomes[answer.outcome] += 1
        if not kept:
            log.warning("delivery %s was given to another worker meanwhile", delivery.pk)
        if answer.outcome in {AttemptOutcome.REFUSED, AttemptOutcome.BROKEN}:
            log.warning("delivery %s: %s", delivery.pk, answer.outcome)
        if delivery.channel_id is None and answer.outcome in _FROM_A_SERVER:
            self._note_mail(away=answer.away)

    def _note_mail(self, *, away: bool) -> None:
        """Pages say since when no mail can be sent; stored when it changes, once a pass at least."""
        if away is not self._mail_away:
            self._mail_away = away
            note_mail(away=away, now=self._now)

    def _others_wait_until(self, delivery: Delivery, answer: Answer, took: float) -> datetime | None:
        """A server that is away, and a channel that fails or is slow, must not take the time of the others.

        Then another of its messages is tried before this one: it may be this one that the server cannot bear.
        """
        of_channel = delivery.channel_id is not None
        if answer.away or (of_channel and answer.outcome is AttemptOutcome.DEFERRED):
            return max(delivery.due_at, self._now + FIRST) - _JUST_BEFORE
        if of_channel and took > _SLOW_SECONDS:
            return self._now + timedelta(seconds=2 * took)
        return None


def _packed(delivery: Delivery, letter: Letter) -> bytes:
    """The bytes that are stored, sent and repeated."""
    if delivery.channel is None:
        return mime(delivery, letter)
    if delivery.channel.kind == ChannelKind.WEBHOOK:
        return json.dumps(letter.payload, separators=(",", ":"), ensure_ascii=False).encode()
    return letter.text.encode()


def _database_answers() -> bool:
    """Whether the trouble was with one query only."""
    return connection.connection is not None and not connection.in_atomic_block and connection.is_usable()


def _in_spite_of_restarts(record: Callable[[], tuple[bool, bool]]) -> tuple[bool, bool]:
    """A server has answered: that is written down even if the database restarts, or is full, at this very moment."""
    ends = time.monotonic() + _RECORD_SECONDS
    while True:
        try:
            return record()
        except Error as error:
            passes = isinstance(error, OperationalError | InterfaceError) or outage_words(error)
            if not passes or time.monotonic() >= ends or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(0.3)
