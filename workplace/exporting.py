"""CSV out of pages: made while it is sent, safe to open in any spreadsheet program."""

from collections.abc import Iterable, Sequence

from django.http import StreamingHttpResponse

from sparktrack.core.tabular import Value, csv_pieces


def csv_answer(name: str, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> StreamingHttpResponse:
    """``rows`` as a file ``name`` (ASCII without quotes, ends in ``.csv``) to keep; for this person alone.

    The rows are read while the answer is sent: with flat memory, if they come in slices.
    """
    answer = StreamingHttpResponse(csv_pieces(header, rows), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
