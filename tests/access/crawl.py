"""Everything that a member can reach by following links."""

import re
from collections import Counter
from collections.abc import Iterable
from html import unescape
from urllib.parse import urljoin, urlsplit

from django.test import Client

_LIMIT = 1000
# Of addresses that differ in an id, a date or a number only, so many are opened: a third thing of a kind has the same
# page as the second.
_ALIKE = 3
_NUMBERS = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}|\d+")


def crawl(client: Client, starts: Iterable[str]) -> dict[str, str]:
    """The pages behind the links on ``starts``, by address: their headers and text. Pages that fail are an error.

    A page with filters links to all their combinations: of links, those are opened that bring something new, a path
    or a value of a parameter, and three of those that are alike. Every address of ``starts`` is opened.
    """
    found: dict[str, str] = {}
    asked: set[tuple[str, str]] = set()
    alike: Counter[str] = Counter()
    waiting = list(starts)
    while waiting:
        url = waiting.pop()
        if url in found:
            continue
        assert len(found) < _LIMIT, "the pages do not come to an end"
        response = client.get(url)
        assert response.status_code < 500, url
        content = b"".join(getattr(response, "streaming_content", None) or [response.content])
        page = content.decode()
        found[url] = f"{response.headers}\n{unescape(page)}"
        for link in sorted(links(url, page)):
            path, _, query = link.partition("?")
            news = {(path, part) for part in query.split("&")} - asked
            kind = _NUMBERS.sub("0", link)
            if news and link not in found and alike[kind] < _ALIKE:
                asked |= news
                alike[kind] += 1
                waiting.append(link)
        if place := response.get("Location"):
            waiting.append(urljoin(url, place))
    return found


def links(url: str, page: str) -> set[str]:
    """The addresses of this site in a page, without their fragments."""
    absolute = {urljoin(url, unescape(link)) for link in re.findall(r'(?:href|src)="([^"]+)"', page)}
    return {
        urlsplit(link)._replace(fragment="").geturl()
        for link in absolute
        if not urlsplit(link).scheme and not link.startswith("/static/")
    }
