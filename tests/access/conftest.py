"""What is logged while pages are read."""

import io
import logging
from collections.abc import Iterator

import pytest


@pytest.fixture
def logs() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """All that is logged, before anything is redacted and as it is written."""
    raw, written = io.StringIO(), io.StringIO()
    root = logging.getLogger()
    handlers = [logging.StreamHandler(raw), logging.StreamHandler(written)]
    ours = next(handler for handler in root.handlers if type(handler) is logging.StreamHandler)
    handlers[1].setFormatter(ours.formatter)
    for handler in handlers:
        root.addHandler(handler)
    yield raw, written
    for handler in handlers:
        root.removeHandler(handler)
