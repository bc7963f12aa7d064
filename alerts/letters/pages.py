"""Templates of letters as text and as HTML whose styles stand in the tags: many mail clients read no style sheet."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from css_inline import CSSInliner
from django.conf import settings
from django.template.loader import get_template

# Nothing is ever fetched; the style sheet marked "keep" (dark mode, narrow screens) stays as well.
_INLINER = CSSInliner(load_remote_stylesheets=False)


def render(name: str, context: Mapping[str, Any]) -> tuple[str, str, str]:
    """Subject, text and HTML of templates/emails/alerts/<name>.*; the HTML has its styles inside."""
    known = {**context, "site_url": settings.SITE_URL}
    known["subject"] = _template(f"{name}.subject.txt").render(known).strip()
    html = _template(f"{name}.html").render(known)
    return known["subject"], _tidy(_template(f"{name}.txt").render(known)), _INLINER.inline(html.strip())


@cache
def _template(name: str) -> Any:
    return get_template(f"emails/alerts/{name}")


def _tidy(text: str) -> str:
    """Without the empty lines that the tags of a template leave behind."""
    lines: list[str] = []
    for line in map(str.rstrip, text.strip().splitlines()):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines) + "\n"
