"""Mails that were not sent: stored one by one, shown to whoever sits at this machine."""

import os
import stat
from uuid import UUID

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from sparktrack.core.ids import uuid7
from sparktrack.core.mailbox import EmailBackend, Mailbox
from tests.factories import UserFactory
from tests.world import client_of

LINK = "https://sparktrack.example/invitations/inv_x/"


@pytest.fixture
def folder(tmp_path, settings):
    settings.VAR_DIR = tmp_path
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


@pytest.fixture
def client():
    """A browser on this machine."""
    return Client(HTTP_HOST="127.0.0.1:8000")


def write(subject="Hello", to=("ada@example.com",), **fields):
    """Sends one mail with text and HTML; returns its id."""
    mail = EmailMultiAlternatives(
        subject, f"Open {LINK} <now>", "sparktrack <a@example.com>", list(to), **fields
    )
    mail.attach_alternative(
        f'<html><head></head><p style="color:red">Open <a href="{LINK}">it</a>', "text/html"
    )
    mail.attach("plan.ics", "BEGIN:VCALENDAR", "text/calendar")
    before = {line.pk for line in mailbox(mail).page(size=1000)}
    assert get_connection("sparktrack.core.mailbox.EmailBackend").send_messages([mail]) == 1
    (line, *_) = mailbox(mail).page(size=1)
    assert line.pk not in before
    return line.pk


def mailbox(_mail=None):
    from django.conf import settings

    return Mailbox(settings.EMAIL_FILE_PATH)


# --- storing ------------------------------------------------------------------------------------------------------
def test_each_mail_is_a_whole_file_for_its_owner_only(folder):
    old_mask = os.umask(0)
    try:
        pk = write()
    finally:
        os.umask(old_mask)
    assert [path.name for path in folder.iterdir()] == [f"{pk}.eml"]
    assert stat.S_IMODE((folder / f"{pk}.eml").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_mail_is_stored_as_it_would_be_sent(folder):
    pk = write(
        "Grüße",
        to=["ada@example.com", "bo@example.com"],
        cc=["c@example.com"],
        headers={"Message-ID": "<1@x>"},
    )
    opened = mailbox().open(pk)
    assert opened.line.subject == "Grüße"
    assert opened.line.recipients == "ada@example.com, bo@example.com, c@example.com"
    assert ("Message-ID", "<1@x>") in opened.headers
    assert opened.text.strip() == f"Open {LINK} <now>"
    assert "color:red" in opened.html
    assert opened.attachments == ["plan.ics"]


def test_a_mail_to_nobody_is_not_stored(folder):
    assert EmailBackend().send_messages([EmailMultiAlternatives("x", "y", "a@example.com", [])]) == 0
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_to_is_an_error_unless_it_may_fail(folder, tmp_path):
    mail = EmailMultiAlternatives("x", "y", "a@example.com", ["b@example.com"])
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        EmailBackend(file_path=tmp_path / "file").send_messages([mail])
    assert EmailBackend(file_path=tmp_path / "file", fail_silently=True).send_messages([mail]) == 0


# --- reading ------------------------------------------------------------------------------------------------------
def test_the_newest_comes_first_page_by_page(folder):
    pks = [write(f"Mail {number}") for number in range(5)]
    first = mailbox().page(size=2)
    assert [line.pk for line in first] == [pks[4], pks[3]]
    assert [line.pk for line in mailbox().page(size=9, before=first[-1].pk)] == [pks[2], pks[1], pks[0]]


def test_mails_are_found_by_recipient_and_subject(folder):
    write("Stops Thu", to=["ada@example.com"])
    write("Pause by Wed", to=["Bo <bo@northbeam.example>"])
    assert [line.subject for line in mailbox().page(size=9, words="NORTHBEAM")] == ["Pause by Wed"]
    assert [line.recipients for line in mailbox().page(size=9, words="stops")] == ["ada@example.com"]
    assert mailbox().page(size=9, words="nobody") == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: =?nonsense?q?x?=\n\nhello",
        b"Subject: =?utf-8?b?!!!?=\nTo: <<<@@, ,\n\n",
        b"Subject: caf\xe9\nContent-Type: text/plain; charset=klingon\n\ncaf\xe9",
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPGI+aGFs",
        b"Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\nhalf a",
        b"Content-Type: multipart/mixed\n\nno boundary",
    ],
)
@pytest.mark.django_db
def test_a_damaged_or_half_written_file_is_shown_as_far_as_it_goes(folder, client, content):
    pk = write()
    path = folder / f"{pk}.eml"
    path.write_bytes(content)
    for url in ("/dev/mail/", f"/dev/mail/{pk}/", f"/dev/mail/{pk}/html/"):
        assert client.get(url).status_code == 200
    assert client.get(f"/dev/mail/{pk}/source/").content == content


def test_every_cut_of_a_mail_can_be_opened(folder):
    pk = write("Grüße an alle")
    path = folder / f"{pk}.eml"
    whole = path.read_bytes()
    for length in range(0, len(whole), 17):
        path.write_bytes(whole[:length])
        assert mailbox().open(pk).source == whole[:length]
        assert len(mailbox().page(size=9)) == 1


def test_what_is_no_mail_of_ours_is_left_alone(folder):
    folder.mkdir()
    (folder / "notes.eml").write_text("x")
    (folder / f"{uuid7()}.part").write_text("half")
    assert mailbox().page(size=9) == []
    assert mailbox().open(uuid7()) is None


# --- pages --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_the_list_leads_to_the_mail_and_its_links(folder, client):
    pk = write("Stops <b>Thu</b>")
    page = client.get("/dev/mail/").content.decode()
    assert f"/dev/mail/{pk}/" in page
    assert "Stops &lt;b&gt;Thu&lt;/b&gt;" in page
    page = client.get(f"/dev/mail/{pk}/").content.decode()
    assert f'href="{LINK}"' in page
    assert "&lt;now&gt;" in page
    assert "plan.ics" in page


@pytest.mark.django_db
def test_pages_of_mails_and_searches(folder, client):
    for number in range(52):
        write(f"Mail {number}", to=[f"p{number}@example.com"])
    first = client.get("/dev/mail/")
    assert len(first.context["mails"]) == 50
    assert "Older" in first.content.decode()
    second = client.get("/dev/mail/", {"before": first.context["next"]})
    assert [mail.subject for mail in second.context["mails"]] == ["Mail 1", "Mail 0"]
    found = client.get("/dev/mail/", {"q": "p51@"})
    assert [mail.subject for mail in found.context["mails"]] == ["Mail 51"]
    assert "No mail fits" in client.get("/dev/mail/", {"q": "<nobody>"}).content.decode()
    assert client.get("/dev/mail/", {"before": "yesterday"}).status_code == 404


@pytest.mark.django_db
def test_the_html_has_a_policy_of_its_own_that_lets_nothing_run_or_load(folder, client):
    response = client.get(f"/dev/mail/{write()}/html/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'unsafe-inline'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "script" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert '<head><base target="_blank">' in response.content.decode()
    # Every other page keeps the strict one.
    assert "unsafe" not in client.get("/dev/mail/")["Content-Security-Policy"]


@pytest.mark.django_db
def test_a_mail_can_be_downloaded(folder, client):
    pk = write()
    response = client.get(f"/dev/mail/{pk}/source/")
    assert response["Content-Type"] == "message/rfc822"
    assert response["Content-Disposition"] == f'attachment; filename="{pk}.eml"'
    assert response.content == (folder / f"{pk}.eml").read_bytes()


@pytest.mark.django_db
def test_only_this_machine_and_staff_see_them(folder, client):
    pk = write()
    paths = ["/dev/mail/", f"/dev/mail/{pk}/", f"/dev/mail/{pk}/html/", f"/dev/mail/{pk}/source/"]
    staff, person = client_of(UserFactory(is_staff=True)), client_of(UserFactory())
    for path in paths:
        assert client.get(path).status_code == 200
        assert client.get(path, REMOTE_ADDR="::1", HTTP_HOST="[::1]:8000").status_code == 200
        assert client.get(path, HTTP_HOST="localhost:8000").status_code == 200
        assert client.get(path)["Cache-Control"].startswith("max-age=0, no-cache, no-store")
        for elsewhere in (
            {"REMOTE_ADDR": "192.168.0.7"},
            {"REMOTE_ADDR": ""},
            {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
            {"HTTP_FORWARDED": "for=127.0.0.1"},
            {"HTTP_X_REAL_IP": "127.0.0.1"},
            {"HTTP_X_FORWARDED_HOST": "localhost"},
            {"HTTP_VIA": "1.1 proxy"},
            {"HTTP_HOST": "evil.example:8000"},
            {"HTTP_HOST": "localhost.evil.example"},
            {"HTTP_HOST": "10.0.0.1"},
        ):
            assert client.get(path, **elsewhere).status_code == 404
            assert person.get(path, **elsewhere).status_code == 404
            assert staff.get(path, **elsewhere).status_code == 200
        assert client.post(path).status_code == 405


@pytest.mark.django_db
def test_it_says_so_when_mails_are_sent_instead(folder, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert "Mails are sent now" in client.get("/dev/mail/").content.decode()


@pytest.mark.django_db
def test_a_new_password_comes_from_there(folder, client, settings):
    settings.EMAIL_BACKEND = "sparktrack.core.mailbox.EmailBackend"
    user = UserFactory()
    client.post("/accounts/password/reset/", {"email": user.email})
    (mail,) = client.get("/dev/mail/", {"q": user.email}).context["mails"]
    assert isinstance(mail.pk, UUID)
    text = client.get(f"/dev/mail/{mail.pk}/").context["mail"].text
    assert "/accounts/password/reset/key/" in text
