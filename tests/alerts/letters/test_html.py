"""The HTML of mails as a browser builds it: whatever was written into names, on a narrow screen, in the dark."""

from decimal import Decimal

import pytest
from axe_playwright_python.sync_playwright import Axe

from alerts.enums import DeliveryKind
from alerts.letters import write
from alerts.letters.lines import one_line
from brands.models import AdAccount, Brand, User
from campaigns.models import Campaign
from posts.models import Post
from tests.alerts.letters.stage import Stage
from tests.e2e.test_hostile_text import CORPUS
from tests.world import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

# What a text must not have become.
_INJECTED = """() => [
    ...document.querySelectorAll("script, iframe, object, embed, img, svg, link, base, form, a[href^='javascript:' i]"),
    ...[...document.querySelectorAll("*")].filter(
        element => [...element.attributes].some(attribute => attribute.name.startsWith("on")))
].map(element => element.outerHTML.slice(0, 200))"""

# A mail is a part of a mail program's page: landmarks are that page's.
_WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def read(page):
    """Opens the HTML of a letter; answers what came alive in it: dialogs, requests, elements that nobody wrote."""
    alive = []
    page.on("dialog", lambda dialog: (alive.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: alive.append(request.url))

    def opened(html):
        page.set_content(html)
        alive.extend(page.evaluate(_INJECTED))
        return alive

    return opened


def letters(stage):
    alerts = [stage.stops(), stage.pause_now(), stage.cannot_start(), stage.stopped()]
    messages = [stage.message(stage.ana, alert) for alert in alerts]
    messages.append(stage.message(stage.jonas, *alerts, kind=DeliveryKind.SUMMARY))
    admin = stage.member()
    messages.append(stage.message(admin, *alerts, kind=DeliveryKind.MORNING))
    return messages


def test_mails_show_hostile_text_as_text(stage, read, page):
    messages = letters(stage)
    for word in CORPUS.values():
        for model, field in ((Campaign, "name"), (Post, "title"), (Brand, "name"), (AdAccount, "name")):
            model.objects.update(**{field: word[:60]})
        User.objects.update(full_name=word[:60])
        for message in messages:
            message.refresh_from_db()
            letter = write(message, now=NOW)
            assert read(letter.html) == []
            shown = page.locator("body").evaluate("body => body.textContent")
            # Letter for letter, but for what would turn a line around or break it.
            assert one_line(word)[:40] in shown
            assert not {"\u202e", "\u2066", "\u2028"} & set(letter.subject + letter.text + letter.html)


def test_mails_fit_any_screen_and_have_a_dark_side(stage, read, page):
    stage.stops(
        title="Averyveryverylongwordthatnobodywouldtypebutasheetmighthold" * 2, daily_spend=Decimal(123456)
    )
    grounds = {}
    for message in letters(stage):
        html = write(message, now=NOW).html
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (320, 390, 800):
                page.set_viewport_size({"width": width, "height": 600})
                assert read(html) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert Axe().run(page, options=_WCAG).response["violations"] == []
            grounds[scheme] = page.locator(".card").evaluate("card => getComputedStyle(card).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(27, 29, 32)"}


def test_without_its_style_sheet_a_mail_still_has_its_looks(stage, page):
    # Gmail's app and others drop <style>; what counts stands in the tags.
    html = write(letters(stage)[0], now=NOW).html
    page.set_content(html.partition("<style")[0] + html.partition("</style>")[2])
    button = page.get_by_role("link", name="Ask @maya.glow for 60 days")
    assert button.evaluate("a => getComputedStyle(a).color") == "rgb(255, 255, 255)"
    assert button.locator("..").evaluate("td => getComputedStyle(td).backgroundColor") == "rgb(40, 84, 207)"
    assert page.get_by_role("heading", level=1).inner_text().startswith("Stops Thu 26 Nov")
