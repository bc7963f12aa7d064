"""A mail server that does what its script says: accepts, refuses, puts off, stalls, hangs up, kills its client."""

import asyncio
import logging
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller

from tests.servers import free_port

logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd tells every command

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(\S+)")
GREYLISTED = "451 4.7.1 Greylisted, come back later"
UNKNOWN = "550 5.1.1 No such person here"
OK = "250 OK, it is ours now"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail that the server answered with 250: whose, which, its bytes, when (monotonic seconds)."""

    to: str
    message_id: str
    content: bytes
    at: float


@dataclass
class Sink:
    """``at_rcpt`` and ``at_data`` get the address and how often it came before; they return an answer or None.

    A number of seconds instead of an answer: so long it is silent, and accepts in the middle. ``HANG_UP``: it hangs up.
    ``accepted_now`` is called with each mail that is accepted, before the answer is on its way.
    """

    port: int = 0
    accepted: list[Accepted] = field(default_factory=list)
    at_rcpt: Callable[[str, int], str | None] = lambda _address, _times: None
    at_data: Callable[[str, int], str | float | None] = lambda _address, _times: None
    accepted_now: Callable[[Accepted], None] = lambda _mail: None
    connections: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    _controller: Any = None

    # --- what aiosmtpd calls ---
    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        answer = self.at_rcpt(address, self.tried[address])
        if answer:
            self.tried[address] += 1
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        answer = self.at_data(address, self.tried[address])
        self.tried[address] += 1
        if answer == HANG_UP:
            server.transport.abort()
            return OK
        if isinstance(answer, str):
            return answer
        if answer:
            await asyncio.sleep(answer / 2)
        found = _MESSAGE_ID.search(envelope.original_content)
        assert found
        mail = Accepted(address, found[1].decode(), bytes(envelope.original_content), time.monotonic())
        self.accepted.append(mail)
        self.accepted_now(mail)
        if answer:
            await asyncio.sleep(answer / 2)
        return OK

    # --- for tests ---
    def start(self) -> None:
        """Listens; again on the same port after ``stop``."""
        self.port = self.port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self._controller.start()

    def stop(self) -> None:
        """Closes the port: connections are refused."""
        self._controller.stop()

    def counts(self) -> Counter[str]:
        """How often each Message-ID was accepted."""
        return Counter(mail.message_id for mail in list(self.accepted))

    def extra(self) -> int:
        """Acceptances beyond the first of each message."""
        return sum(count - 1 for count in self.counts().values())

    def differing(self) -> list[str]:
        """Message-IDs under which different bytes came."""
        bytes_of: dict[str, set[bytes]] = {}
        for mail in list(self.accepted):
            bytes_of.setdefault(mail.message_id, set()).add(mail.content)
        return [message_id for message_id, contents in bytes_of.items() if len(contents) > 1]

    def wait_for(self, number: int, *, seconds: float) -> bool:
        """Until so many different messages were accepted."""
        return wait_until(lambda: len(self.counts()) >= number, seconds=seconds)


HANG_UP = "hang up"


@contextmanager
def sink(**script: Any) -> Iterator[Sink]:
    """A server that listens while the block lasts."""
    server = Sink(**script)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def wait_until(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Whether ``holds()`` within so many seconds."""
    ends = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        if time.monotonic() > ends:
            return False
        pause.wait(0.05)
    return True
