"""The pictures of README and guide, taken of the demo brand; ``make screenshots`` keeps them in docs/img."""

import os
from pathlib import Path

import pytest

from alerts.letters import write
from alerts.models import Delivery
from alerts.operations.raising import raise_alerts
from alerts.sending.engine import deliver
from brands.enums import Role
from campaigns.demo import SLUG
from campaigns.models import Campaign
from creators.models import Creator
from posts.models import Post
from sparktrack.core.clock import utc_now

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

BOARD = f"/b/{SLUG}/"
DESK, PHONE = (1120, 720), (360, 740)
# variant: window and scheme; what is named by nothing but its page is "light" at a desk
VARIANTS = {
    "": (DESK, "light"),
    "-dark": (DESK, "dark"),
    "-phone": (PHONE, "light"),
    "-phone-dark": (PHONE, "dark"),
}
ALL = tuple(VARIANTS)
# page: its variants
PICTURES = {
    "board": ALL,
    "post": ALL,
    "campaign": ALL,
    "posts": ("", "-phone-dark"),
    "creator": ("", "-phone-dark"),
    "calendar": ("", "-dark"),
    "peak": ("",),
    "paste": ("", "-phone-dark"),
    "alerts": ("",),
    "mail": ("",),
}
MOST_BYTES = 150_000


def addresses(tmp_path):
    """Where each page is."""
    now = utc_now()
    raise_alerts(now=now)
    # As the files of the embedded default show it.
    summary = Delivery.objects.get(user__email__startswith="manager@")
    letter = write(summary, now=now)
    assert letter is not None
    deliver(clock=utc_now)
    mail = tmp_path / "mail.html"
    mail.write_text(letter.html)
    post = Post.objects.get(brand__slug=SLUG, title="Morning routine, barrier serum")
    campaign = Campaign.objects.get(brand__slug=SLUG, name="BFCM")
    creator = Creator.objects.get(brand__slug=SLUG, handle="maya.glow")
    return {
        "board": BOARD,
        "post": post.get_absolute_url(),
        "campaign": f"{BOARD}campaigns/{campaign.pk}/",
        "posts": f"{BOARD}posts/",
        "creator": f"{BOARD}creators/{creator.pk}/",
        "calendar": f"{BOARD}calendar/",
        "peak": f"{BOARD}peak/",
        "paste": f"{BOARD}codes/paste/",
        "alerts": f"{BOARD}alerts/",
        "mail": mail.as_uri(),
    }


def test_the_pictures_of_readme_and_guide_can_be_taken(page, enter_demo, tmp_path):
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    enter_demo(Role.MANAGER)
    where = addresses(tmp_path)
    for name, variants in PICTURES.items():
        for variant in variants:
            (width, height), scheme = VARIANTS[variant]
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.goto(where[name])
            page.wait_for_load_state("networkidle")
            picture = folder / f"{name}{variant}.png"
            page.screenshot(path=picture)
            assert picture.stat().st_size < MOST_BYTES, picture.name
