"""Where requests go and where they never go: real TLS, a resolver that lies, servers that stall and flood."""

import socket
import ssl
import time

import httpcore
import pytest

from alerts.sending import guarded
from alerts.sending.guarded import ClosedAddressError, Reply, UnreachableError, post
from tests.alerts.sending.receiver import OTHER_PUBLIC, PUBLIC, certificates, drip

URL = "https://hooks.example.com/in?x=1"


def ask(url: str = URL) -> Reply:
    return post(url, content=b"{}", headers={"Content-Type": "application/json"})


def names(receiver, monkeypatch, *answers):
    """Each look-up gets the next of ``answers``, the last one for ever; what was asked for is kept."""
    left, asked = list(answers), []

    def resolve(host):
        asked.append(host)
        return left.pop(0) if len(left) > 1 else left[0]

    monkeypatch.setattr(guarded, "INTERNET", receiver.internet(resolve))
    return asked


def test_it_connects_to_the_checked_address_under_the_certificate_of_the_host(receiver):
    receiver.status, receiver.body = 202, b"thanks"
    assert ask() == Reply(202, b"thanks")
    assert receiver.asked == [f"{PUBLIC}:443"]
    (request,) = receiver.requests
    assert (request.path, request.body, request.headers["host"]) == ("/in?x=1", b"{}", "hooks.example.com")
    assert request.headers["accept-encoding"] == "identity"


def test_a_name_that_changes_between_look_ups_cannot_lead_inside(receiver, monkeypatch):
    asked = names(receiver, monkeypatch, [PUBLIC], ["127.0.0.1"])
    assert ask().status == 200
    assert (asked, receiver.asked) == (
        ["hooks.example.com"],
        [f"{PUBLIC}:443"],
    )  # one look-up, one connection
    with pytest.raises(ClosedAddressError):
        ask()
    assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "0.0.0.0",  # noqa: S104 - refused
        "255.255.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
    ],
)
def test_nothing_is_sent_inside_whatever_else_the_name_stands_for(address, receiver, monkeypatch):
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        names(receiver, monkeypatch, answer)
        with pytest.raises(ClosedAddressError, match="not on the open internet") as refused:
            ask()
        assert address not in str(refused.value)
    assert receiver.asked == []


@pytest.mark.parametrize(
    "address", [PUBLIC, OTHER_PUBLIC, "64:ff9b::5db8:d70e", "::ffff:93.184.215.14", "8.8.8.8"]
)
def test_the_open_internet_is_open(address, receiver, monkeypatch):
    names(receiver, monkeypatch, [address])
    assert ask().status == 200
    assert receiver.asked == [f"{address}:443"]


def test_where_one_address_takes_no_connection_the_next_is_tried(receiver, monkeypatch):
    internet = receiver.internet(lambda _: [OTHER_PUBLIC, PUBLIC])

    def connect(address, port, seconds):
        if address == OTHER_PUBLIC:
            raise httpcore.ConnectError
        return internet.connect(address, port, seconds)

    monkeypatch.setattr(guarded, "INTERNET", guarded.Internet(internet.resolve, connect, internet.tls))
    assert ask().status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_answers_and_not_followed(status, receiver):
    receiver.status, receiver.headers = status, {"Location": "https://127.0.0.1/admin"}
    assert ask().status == status
    assert len(receiver.requests) == len(receiver.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "https://hooks.example.com:8443/",
        "https://hooks.example.com:80/",
        "https://a@hooks.example.com/",
        "ftp://hooks.example.com/",
        "https:///x",
    ],
)
def test_other_schemes_ports_and_people_are_not_asked(url, receiver):
    with pytest.raises(ClosedAddressError):
        ask(url)
    assert receiver.asked == []


def test_proxies_and_certificates_of_the_environment_play_no_part(receiver, monkeypatch, tmp_path):
    ca, _ = certificates(tmp_path)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))
    assert ask().status == 200
    assert (
        guarded._tls.__wrapped__().get_ca_certs() != ssl.create_default_context(cafile=str(ca)).get_ca_certs()
    )


def test_a_certificate_of_somebody_else_is_refused(receiver):
    with pytest.raises(UnreachableError, match="certificate of the host is not valid"):
        ask("https://other.example.com/")
    assert receiver.requests == []


def test_a_certificate_that_nobody_vouches_for_is_refused(receiver, monkeypatch):
    trusting = receiver.internet()
    monkeypatch.setattr(
        guarded, "INTERNET", guarded.Internet(trusting.resolve, trusting.connect, guarded._tls)
    )
    with pytest.raises(UnreachableError, match="certificate of the host is not valid"):
        ask()


def test_of_a_long_answer_the_beginning_is_read(receiver):
    receiver.body = b"x" * 5_000_000
    assert len(ask().body) == guarded.MOST_BYTES


def test_a_head_without_end_is_cut(receiver):
    receiver.headers = {f"x-{number}": "y" * 1000 for number in range(150)}
    with pytest.raises(UnreachableError, match="the connection broke"):
        ask()


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nx: "])
def test_a_slow_answer_ends_at_the_deadline_however_it_drips(head, receiver, monkeypatch):
    monkeypatch.setattr(guarded, "TOTAL_SECONDS", 0.5)
    receiver.talk = drip(0.1, head)
    began = time.monotonic()
    with pytest.raises(UnreachableError, match="no answer in time"):
        ask()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("status", [b"200 OK", b"404 Not Found"])
def test_a_body_without_end_does_not_hide_the_status(status, receiver, monkeypatch):
    monkeypatch.setattr(guarded, "TOTAL_SECONDS", 0.5)
    receiver.talk = drip(0.1, b"HTTP/1.1 " + status + b"\r\nContent-Length: 999\r\n\r\n")
    began = time.monotonic()
    reply = ask()
    assert (reply.status, set(reply.body)) == (int(status[:3]), set(b"x"))
    assert time.monotonic() - began < 2


def test_a_body_that_breaks_off_does_not_hide_the_status(receiver):
    receiver.talk = lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok")
    assert ask() == Reply(200, b"ok")


def test_silence_ends_after_the_time_to_read(receiver, monkeypatch):
    monkeypatch.setattr(guarded, "READ_SECONDS", 0.2)
    receiver.talk = lambda connection: time.sleep(0.6)
    with pytest.raises(UnreachableError, match="no answer in time"):
        ask()


def test_a_name_server_that_is_silent_is_not_waited_for(receiver, monkeypatch):
    monkeypatch.setattr(guarded, "CONNECT_SECONDS", 0.2)
    internet = receiver.internet(lambda _host: time.sleep(1) or [PUBLIC])
    monkeypatch.setattr(guarded, "INTERNET", internet)
    with pytest.raises(UnreachableError, match="no answer in time"):
        ask()


@pytest.mark.parametrize("error", [socket.gaierror(-2, "x"), UnicodeError("label too long")])
def test_an_unknown_name_is_said(error, receiver, monkeypatch):
    def resolve(_host):
        raise error

    monkeypatch.setattr(guarded, "INTERNET", receiver.internet(resolve))
    with pytest.raises(UnreachableError, match="name of the host is not known"):
        ask()


def test_a_connection_that_breaks_is_said(receiver):
    receiver.talk = lambda connection: connection.close()
    with pytest.raises(UnreachableError, match="the connection broke"):
        ask()
