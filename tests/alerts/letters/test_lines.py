import pytest

from alerts.letters.lines import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plain", "plain"),
        ("a\r\nBcc: x@example.com", "a Bcc: x@example.com"),
        ("  many \t spaces\n\n", "many spaces"),
        ("next\u0085line\u2028and\u2029more", "next line and more"),
        ("\u202eturned\u2066 around\u200b", "turned around"),
        ("null\x00byte\x1b[31m", "null byte [31m"),
        ("family 👩\u200d👧", "family 👩\u200d👧"),
        ("", ""),
    ],
)
def test_a_text_becomes_one_plain_line(text, line):
    assert one_line(text) == line


def test_a_long_text_is_cut_with_an_ellipsis():
    assert one_line("abcdef ghij", 8) == "abcdef…"
    assert one_line("abcdefgh", 8) == "abcdefgh"
