"""A real https server on loopback, and an internet in which every name stands for it."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpcore
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from alerts.sending import guarded

PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
HOSTS = ("hooks.example.com", "hooks.slack.com", "discord.com", "prod-23.westeurope.logic.azure.com")


@dataclass
class Request:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """The server: ``answer`` is what it says; ``asked`` are the addresses that somebody connected to."""

    port: int
    ca: Path
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    talk: Callable[[socket.socket], None] | None = None
    requests: list[Request] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def internet(self, resolve: Callable[[str], list[str]] | None = None) -> guarded.Internet:
        """The world in which each name is at ``resolve``, and all addresses are this server."""

        def connect(address: str, port: int, seconds: float) -> httpcore.NetworkStream:
            self.asked.append(f"{address}:{port}")
            return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=seconds)

        def tls() -> ssl.SSLContext:
            return ssl.create_default_context(cafile=str(self.ca))

        return guarded.Internet(resolve=resolve or (lambda _host: [PUBLIC]), connect=connect, tls=tls)


@contextmanager
def receiver(folder: Path) -> Iterator[Receiver]:
    """A running server with a certificate for ``HOSTS``, signed by an authority made for it."""
    ca, certificate = certificates(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.receiver = Receiver(server.server_address[1], ca)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.receiver  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


def drip(seconds: float, head: bytes = b"HTTP/1.1 200 OK\r\n") -> Callable[[socket.socket], None]:
    """An answer that never comes to an end: a byte of a header now and then."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(100):
            time.sleep(seconds)
            connection.sendall(b"x")

    return talk


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        world: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        world.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        if world.talk:
            with suppress(OSError):
                world.talk(self.connection)
            self.close_connection = True
            return
        self.send_response(world.status)
        for name, value in world.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(world.body)))
        self.end_headers()
        try:
            self.wfile.write(world.body)
        except OSError:
            self.close_connection = True

    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


def certificates(folder: Path, hosts: tuple[str, ...] = HOSTS) -> tuple[Path, Path]:
    """The certificate of an authority, and one of a server with its key, as files."""
    begin = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)  # noqa: TID251 - certificates know only the real clock
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("test authority", "test")
    ]

    def signed(number: int, extension: x509.ExtensionType) -> bytes:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(names[number])
            .issuer_name(names[0])
            .public_key(keys[number].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + dt.timedelta(days=3))
            .add_extension(extension, critical=number == 0)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(keys[number].public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False
            )
            .sign(keys[0], hashes.SHA256())
        )
        return certificate.public_bytes(serialization.Encoding.PEM)

    ca, server = folder / "ca.pem", folder / "server.pem"
    ca.write_bytes(signed(0, x509.BasicConstraints(ca=True, path_length=None)))
    addresses = [x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    key = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    names_of = [*map(x509.DNSName, hosts), *addresses]
    server.write_bytes(key + signed(1, x509.SubjectAlternativeName(names_of)))
    return ca, server
