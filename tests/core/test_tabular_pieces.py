"""CSV in pieces is the CSV of ``write_csv``, and it is made while it is asked for."""

import io
import itertools

from sparktrack.core.tabular import csv_pieces, write_csv


def test_pieces_are_the_same_bytes_as_the_whole():
    for number in (0, 1, 199, 200, 201, 950):
        rows = [[f"={place}", place, None, True] for place in range(number)]
        stream = io.BytesIO()
        assert write_csv(stream, ["a", "-b", "c", "d"], rows) == number
        pieces = list(csv_pieces(["a", "-b", "c", "d"], rows))
        assert b"".join(pieces) == stream.getvalue()
        assert len(pieces) == number // 200 + 1


def test_rows_are_read_only_as_far_as_somebody_asks():
    rows = ([number] for number in itertools.count())
    assert next(csv_pieces(["number"], rows)).endswith(b"\r\n199\r\n")
    assert next(rows) == [200]
