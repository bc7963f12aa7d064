"""When warnings are on their way as they should be, and what is wrong otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

# The parts of the engine, and how long each may be silent. They tick every 10 s (deliver) or every minute.
RAISE, DELIVER, MORNINGS, SWEEP = "raise", "deliver", "mornings", "sweep"
SILENT = {
    RAISE: timedelta(minutes=3),
    DELIVER: timedelta(seconds=150),
    MORNINGS: timedelta(minutes=3),
    SWEEP: timedelta(minutes=3),
}
# A message that is due and that nobody takes.
LATE = timedelta(minutes=5)
# A heartbeat that stays while no mail server can be reached: since when.
MAIL_AWAY = "mail away"
# A mail server that restarts is no trouble yet.
AWAY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of the engine at ``now``.

    ``beats``: when each part last did its work. ``oldest_due_at``: since when the message that waits longest could have
    gone. ``mail_away_since``: no mail server answers since then. ``held``: somebody asked that nothing be sent.
    """

    now: datetime
    beats: Mapping[str, datetime]
    oldest_due_at: datetime | None = None
    mail_away_since: datetime | None = None
    held: bool = False


def problems(signs: Signs) -> list[str]:
    """What is wrong, one line each; none when all is well. Being held is what somebody wanted."""
    found = []
    for name, silent in SILENT.items():
        at = signs.beats.get(name)
        if at is None:
            found.append(f"{name} has never run")
        elif signs.now - at > silent:
            found.append(f"{name} has not run for {seconds(signs.now - at)} s")
    if signs.held:
        return found
    if signs.oldest_due_at and signs.now - signs.oldest_due_at > LATE:
        found.append(f"a message is due for {seconds(signs.now - signs.oldest_due_at)} s")
    if signs.mail_away_since and signs.now - signs.mail_away_since > AWAY:
        found.append(f"no mail server answers for {seconds(signs.now - signs.mail_away_since)} s")
    return found


def seconds(time: timedelta) -> int:
    """Whole seconds."""
    return int(time.total_seconds())
