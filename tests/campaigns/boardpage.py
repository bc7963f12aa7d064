"""The board as tests read it."""

import re


def titles(response):
    """The titles on the board, from top to bottom."""
    return re.findall(r'<p class="who"><a href="[^"]+">([^<]+)</a>', response.content.decode())


def sections(response):
    """The sections on the board, from top to bottom."""
    return re.findall(r'<section id="(\w+)"', response.content.decode())
