import pytest

from alerts.sending import guarded
from tests.alerts.sending import receiver as receivers


@pytest.fixture(scope="session")
def _receiver(tmp_path_factory):
    with receivers.receiver(tmp_path_factory.mktemp("receiver")) as running:
        yield running


@pytest.fixture
def receiver(_receiver, monkeypatch):
    """The server, which answers 200; every name on the internet stands for it."""
    _receiver.status, _receiver.headers, _receiver.body, _receiver.talk = 200, {}, b"ok", None
    _receiver.requests.clear()
    _receiver.asked.clear()
    monkeypatch.setattr(guarded, "INTERNET", _receiver.internet())
    return _receiver
