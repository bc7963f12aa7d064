"""Messages through a folder: nobody meets half a message, none is lost."""

import resource
import threading
from queue import Empty

import pytest
from kombu import Connection

from sparktrack.celery import app
from sparktrack.core.folderbroker import Transport

MESSAGES = 200
PADDING = "x" * 200_000  # long enough to be met half written


@pytest.fixture
def channel(tmp_path):
    """A broker in a folder, as the settings make it."""
    options = {"control_folder": str(tmp_path / "control")}
    options |= {name: str(tmp_path) for name in ("data_folder_in", "data_folder_out")}
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.channel()


def test_a_reader_beside_a_writer_gets_every_message_whole(channel, tmp_path):
    def write():
        for number in range(MESSAGES):
            channel._put("work", {"number": number, "padding": PADDING})

    writer = threading.Thread(target=write)
    writer.start()
    got = []
    while writer.is_alive() or list(tmp_path.glob("*.work.msg")):
        try:
            got.append(channel._get("work")["number"])
        except Empty:
            continue
    writer.join()
    assert sorted(got) == list(range(MESSAGES))
    assert list(tmp_path.iterdir()) == []


def test_who_publishes_while_the_queue_is_bound_finds_it_or_nothing(channel):
    tables = []
    binder = threading.Thread(
        target=lambda: [channel._queue_bind("celery", str(key), "", "celery") for key in range(MESSAGES)]
    )
    binder.start()
    while binder.is_alive():
        tables.append(channel.get_table("celery"))
    assert len(channel.get_table("celery")) == MESSAGES
    channel._queue_bind("celery", "0", "", "celery")
    assert len(channel.get_table("celery")) == MESSAGES


def test_a_message_for_which_there_is_no_room_leaves_nothing_behind(channel, tmp_path):
    soft, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, most))
    try:
        with pytest.raises(OSError, match="too large"):
            channel._put("work", {"padding": PADDING})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, most))
    assert list(tmp_path.iterdir()) == []


def test_it_is_what_the_embedded_default_uses():
    with app.connection("filesystem://localhost") as connection:
        assert isinstance(connection.transport, Transport)
