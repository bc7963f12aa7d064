"""What must hold of every page, however somebody looks at it."""

from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

DESKTOP, PHONE, NARROW = 1280, 360, 320
_AXE = Axe()


# Each size and each scheme once; the narrowest window only for what would not fit.
LOOKS: tuple[tuple[int, Literal["light", "dark"]], ...] = (
    (DESKTOP, "light"),
    (PHONE, "dark"),
    (NARROW, "light"),
)


def problems(page: Page) -> list[str]:
    """What is wrong with the page that is open: what axe finds, what is wider than its window."""
    found = []
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        how = f"{page.url} ({width} px, {scheme})"
        if width != NARROW:
            found += [f"{how}: {violation}" for violation in _violations(page)]
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        if wide[0] > wide[1]:
            found.append(f"{how}: scrolls sideways, {wide[0]} > {wide[1]}")
    return found


def _violations(page: Page) -> list[str]:
    answer = _AXE.run(page).response
    return [
        f"{violation['id']}: {violation['help']}: {[node['html'][:160] for node in violation['nodes'][:3]]}"
        for violation in answer["violations"]
    ]
