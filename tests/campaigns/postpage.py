"""The page of a post as tests read it."""

import re


def text(response, css_id=""):
    """What a person reads on the page, or in its section under the heading ``css_id``."""
    html = response.content.decode()
    if css_id:
        html = re.search(rf'<section[^>]*aria-labelledby="{css_id}".*?</section>', html, re.DOTALL)[0]
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def verdict(response):
    """The largest words of the page."""
    found = re.search(r'<p class="verdict[^>]*>(.*?)</p>', response.content.decode(), re.DOTALL)
    return " ".join(found[1].split())
