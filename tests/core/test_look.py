"""The look keeps its promises: readable in light and dark, nothing inline, every file it names is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Mails are another medium: their readers know no style sheets.
TEMPLATES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if "emails" not in path.parts]
STYLES = sorted((ROOT / "static" / "css").glob("*.css"))
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(
        r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)",
        (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8"),
    )
}
GROUNDS = ("bg", "surface", "raised")
INKS = ("ink", "ink-2", "ink-3", "accent", "stop", "warn", "ok", "idle")
PAIRS = [
    *((ink, ground) for ink in INKS for ground in GROUNDS),
    *((tone, f"{tone}-soft") for tone in ("stop", "warn", "ok", "idle")),
    *((ink, f"{tone}-soft") for ink in ("ink", "ink-2") for tone in ("stop", "warn", "ok")),
    ("accent-ink", "accent"),
    ("bg", "ink"),
]


def luminance(colour):
    """The relative luminance of #rrggbb (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    """The contrast of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(ink, ground, mode):
    assert contrast(TOKENS[ink][mode], TOKENS[ground][mode]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("shape", ["control", "ok", "gap"])
def test_controls_and_bars_stand_out(shape, mode):
    assert contrast(TOKENS[shape][mode], TOKENS["surface"][mode]) >= 3


def test_styles_use_only_tokens_that_exist():
    names = set(
        re.findall(r"--([\w-]+):", (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8"))
    )
    for path in STYLES:
        assert set(re.findall(r"var\(--([\w-]+)", path.read_text(encoding="utf-8"))) <= names, path.name


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_template_has_inline_style_or_script(path):
    html = re.sub(r"{[%#].*?[%#]}", "", path.read_text(encoding="utf-8"))
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", html, re.IGNORECASE)
    assert not re.search(r"<script(?![^>]*\ssrc=)", html, re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_static_file_a_template_names_is_there(path):
    for name in re.findall(r"{% static ['\"]([^'\"]+)['\"] %}", path.read_text(encoding="utf-8")):
        assert (ROOT / "static" / name).is_file()


def test_every_colour_comes_from_the_tokens():
    for path in STYLES:
        if path.name not in {"tokens.css", "print.css"}:
            assert not re.search(r"#[0-9a-f]{3,8}\b(?!\")", path.read_text(encoding="utf-8")), path.name
