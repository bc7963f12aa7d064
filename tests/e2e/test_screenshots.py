"""The pictures of the README, taken of the demo brand; ``make screenshots`` keeps them in docs/screenshots."""

import os
from pathlib import Path

import pytest

from alerts.letters import write
from alerts.models import Delivery
from alerts.operations.raising import raise_alerts
from alerts.sending.engine import deliver
from brands.enums import Role
from campaigns.demo import SLUG
from sparktrack.core.clock import utc_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BOARD = f"/b/{SLUG}/"
POST = "Morning routine, barrier serum"
# name: what to open, width and height of the window, scheme
PICTURES = {
    "board": ("board", 1280, 860, "light"),
    "board-dark": ("board", 1280, 860, "dark"),
    "board-phone": ("board", 360, 740, "light"),
    "alerts": ("alerts", 1280, 860, "light"),
    "mail": ("mail", 760, 900, "light"),
    "post": ("post", 1280, 860, "light"),
    "post-dark": ("post", 1280, 860, "dark"),
    "post-phone": ("post", 360, 740, "dark"),
}
MOST_BYTES = 300_000


def test_the_pictures_of_the_readme_can_be_taken(page, enter_demo, tmp_path):
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    enter_demo(Role.BUYER)
    now = utc_now()
    raise_alerts(now=now)
    # As the files of the embedded default show it.
    summary = Delivery.objects.get(user__email__startswith="manager@")
    letter = write(summary, now=now)
    assert letter is not None
    deliver(clock=utc_now)
    mail = tmp_path / "mail.html"
    mail.write_text(letter.html)
    for name, (what, width, height, scheme) in PICTURES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        page.goto({"alerts": f"{BOARD}alerts/", "mail": mail.as_uri()}.get(what, BOARD))
        if what == "post":
            page.get_by_role("link", name=POST).click()
            page.wait_for_url("**/posts/**")
        picture = folder / f"{name}.png"
        page.screenshot(path=picture)
        assert picture.stat().st_size < MOST_BYTES
