"""The mails that were not sent, in a real browser: how they look, and that their links work."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from tests.e2e.looks import problems

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

HTML = """<!doctype html><html lang="en"><head><title>A mail</title><style>h1 {color: rgb(1, 2, 3)}</style></head>
<body><h1 style="font-size: 30px">Stops Thu 3 Dec</h1><p><a href="%s/accounts/login/">Log in</a></p></body></html>"""


@pytest.mark.console_errors  # axe tries to run in the frame, which lets nothing run
def test_a_mail_is_found_read_and_followed(page, base_url, settings, tmp_path):
    settings.VAR_DIR, settings.EMAIL_FILE_PATH = tmp_path, tmp_path / "mail"
    page.goto("/dev/mail/")
    assert page.get_by_role("heading", name="No mail yet").is_visible()
    for name in ("ada", "bo"):
        mail = EmailMultiAlternatives(
            f"For {name}", f"{base_url}/planner/", "a@example.com", [f"{name}@example.com"]
        )
        mail.attach_alternative(HTML % base_url, "text/html")
        get_connection("sparktrack.core.mailbox.EmailBackend").send_messages([mail])
    page.reload()
    found = problems(page)
    page.get_by_label("Search").fill("ada@")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="For ada").click()
    found += problems(page)
    assert found == []
    letter = page.frame_locator("iframe")
    heading = letter.get_by_role("heading", name="Stops Thu 3 Dec")
    assert (
        heading.evaluate("it => getComputedStyle(it).color + getComputedStyle(it).fontSize")
        == "rgb(1, 2, 3)30px"
    )
    with page.expect_popup() as opened:
        letter.get_by_role("link", name="Log in").click()
    opened.value.get_by_label("Password").wait_for()  # a page like any other, outside the sandbox
    page.get_by_role("link", name=f"{base_url}/planner/").click()
    page.wait_for_url("**/planner/")
