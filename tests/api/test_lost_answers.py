"""A client whose answer was lost asks again: a proxy takes the request to a real server, and cuts before the answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from creators.models import Creator
from sparktrack.api.models import KeptAnswer
from tests.api.scripts import ROOT, script
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def cutting_proxy(server: str, *, cuts: int) -> Iterator[str]:
    """The address of a proxy to ``server``: the answers of the first ``cuts`` requests come, and are thrown away."""
    target = urlsplit(server)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        left = cuts
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, socket.create_connection((target.hostname or "", target.port or 0)) as behind:
                request = b""
                while not _is_whole(request):
                    part = client.recv(65_536)
                    assert part, "the client hung up before it had said everything"
                    request += part
                behind.sendall(request)
                answer = b"".join(iter(lambda: behind.recv(65_536), b""))
                if left:
                    left -= 1
                else:
                    client.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _is_whole(request: bytes) -> bool:
    head, _, body = request.partition(b"\r\n\r\n")
    sizes = [int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return b"\r\n\r\n" in request and len(body) >= sum(sizes)


def test_a_request_whose_answer_was_lost_is_sent_again_and_done_once(live_server):
    world = World()
    headers = {
        "Authorization": script(world)._client.defaults["HTTP_AUTHORIZATION"],
        "Idempotency-Key": "row-17",
        "Connection": "close",
    }
    with (
        cutting_proxy(live_server.url, cuts=2) as address,
        httpx.Client(base_url=f"{address}{ROOT}/", headers=headers, trust_env=False, timeout=30) as client,
    ):
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                client.post("creators", json={"handle": "maya"})
        assert Creator.objects.count() == 1
        again = client.post("creators", json={"handle": "maya"})
        other = client.post("creators", json={"handle": "iris"})
    row = Creator.objects.get()
    assert (again.status_code, again.json()["id"], again.headers["Location"]) == (
        201,
        str(row.pk),
        f"{ROOT}/creators/{row.pk}",
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 422
    assert KeptAnswer.objects.count() == 1
