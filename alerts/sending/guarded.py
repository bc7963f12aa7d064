"""Requests to addresses that people typed: https on port 443, to the open internet only, short, and never redirected.

A name is resolved once. If one of its addresses is not on the open internet nothing is sent; else the connection goes
to an address that was checked, under the certificate of the host. So no answer of a name server can change in between
(DNS rebinding). Proxies and certificates of the environment, cookies and compressed answers play no part.
"""

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from alerts.rules.channels import is_public

PORT = 443
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 15.0
MOST_BYTES = 64 * 1024


class ClosedAddressError(Exception):
    """The host stands for an address that is not on the open internet, or the URL for something we do not ask."""


class UnreachableError(Exception):
    """No answer came; the message says why, in words that name no address."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answered; of the body what came of the first 64 kB."""

    status: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Internet:
    """What a request needs of the world outside: names, connections, certificates. Tests bring their own."""

    resolve: Callable[[str], list[str]]
    connect: Callable[[str, int, float], httpcore.NetworkStream]
    tls: Callable[[], ssl.SSLContext]


def post(url: str, *, content: bytes, headers: Mapping[str, str]) -> Reply:
    """POST ``content`` to an https address and read the answer, in 15 seconds at most.

    Raises ClosedAddressError, UnreachableError.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname or (parts.port or PORT) != PORT or parts.username:
        raise ClosedAddressError("Only https addresses on port 443 are asked.")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    deadline = monotonic() + TOTAL_SECONDS
    address = httpcore.URL(scheme=b"https", host=parts.hostname.encode(), port=None, target=target.encode())
    sent = {
        "Host": parts.hostname,
        "Accept-Encoding": "identity",
        "Content-Length": str(len(content)),
        **headers,
    }
    timeouts = {"connect": CONNECT_SECONDS, "read": READ_SECONDS, "write": READ_SECONDS}
    try:
        with (
            httpcore.ConnectionPool(
                ssl_context=INTERNET.tls(), network_backend=_Checked(deadline), max_keepalive_connections=0
            ) as pool,
            pool.stream(
                "POST", address, headers=list(sent.items()), content=content, extensions={"timeout": timeouts}
            ) as response,
        ):
            return Reply(response.status, _beginning(response.iter_stream()))
    except httpcore.TimeoutException:
        raise UnreachableError("no answer in time") from None
    except httpcore.ConnectError as error:
        raise UnreachableError(_why(error)) from None
    except (httpcore.NetworkError, httpcore.ProtocolError):
        raise UnreachableError("the connection broke") from None


def _beginning(stream: Iterable[bytes]) -> bytes:
    """The first 64 kB; whatever comes after them is not read, and the connection is closed.

    Less if it stalls or breaks: the status came before, and that is the answer.
    """
    body = b""
    try:
        for part in stream:
            body += part
            if len(body) >= MOST_BYTES:
                break
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError):
        return body
    return body[:MOST_BYTES]


def _why(error: httpcore.ConnectError) -> str:
    cause = error.__cause__ or error.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return "the certificate of the host is not valid"
    return "a secure connection is not possible" if isinstance(cause, ssl.SSLError) else "no connection"


class _Checked(httpcore.NetworkBackend):
    """Connects to checked addresses only, and lets nothing run beyond the deadline."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that takes one. Raises ClosedAddressError for a closed one."""
        addresses = _resolved(host, min(CONNECT_SECONDS, _left(self._deadline)))
        if not all(is_public(address) for address in addresses):
            raise ClosedAddressError("The host stands for an address that is not on the open internet.")
        until = min(monotonic() + CONNECT_SECONDS, self._deadline)
        for address in addresses[:-1]:
            try:
                return _Timed(INTERNET.connect(address, port, _left(until)), self._deadline)
            except httpcore.ConnectError:
                continue
        return _Timed(INTERNET.connect(addresses[-1], port, _left(until)), self._deadline)


class _Timed(httpcore.NetworkStream):
    """A connection on which no step takes longer than what is left until the deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._within(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._within(timeout))
        return _Timed(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _within(self, timeout: float | None) -> float:
        left = _left(self._deadline)
        return left if timeout is None else min(timeout, left)


def _left(deadline: float) -> float:
    """The seconds until the deadline. Raises httpcore.ReadTimeout when it has passed."""
    left = deadline - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left


# --- The real internet ------------------------------------------------------------------------------------------------
def _resolved(host: str, seconds: float) -> list[str]:
    """The addresses of a name, at least one. Raises ConnectTimeout, UnreachableError.

    Asking cannot be interrupted, so it is left behind in its thread when it takes too long.
    """
    answers: SimpleQueue[list[str] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(INTERNET.resolve(host))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(answer, Exception) or not answer:
        raise UnreachableError("the name of the host is not known")
    return answer


def _ask_name_server(host: str) -> list[str]:
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def _connect(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
    return httpcore.SyncBackend().connect_tcp(address, port, timeout=seconds)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)


INTERNET = Internet(resolve=_ask_name_server, connect=_connect, tls=_tls)
