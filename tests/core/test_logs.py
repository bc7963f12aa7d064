import io
import json
import logging
import logging.config

import pytest
import structlog
from django.conf import settings

from sparktrack.core.logs import logging_config, redact

CODE = "#bQ7+canary/" + "k" * 52 + "="
TOKEN = "inv_" + "canary_-" * 5 + "abc"


@pytest.fixture(params=[True, False], ids=["production", "development"])
def log(request):
    """What is written while a test runs, as in production and as in development."""
    stream = io.StringIO()
    config = logging_config(production=request.param)
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)
    yield stream
    logging.config.dictConfig(settings.LOGGING)
    logging_config(production=settings.PRODUCTION)


def test_codes_tokens_and_keys_of_links_are_left_out():
    text = f"a {CODE} b {TOKEN} c /accounts/password/reset/key/1-canary-x/ d /confirm-email/canary/ e"
    assert (
        redact(text)
        == "a #[code] b inv_[token] c /accounts/password/reset/key/[key]/ d /confirm-email/[key]/ e"
    )


def test_tokens_of_calendars_and_secrets_of_webhooks_are_left_out():
    text = f"/calendar/cal_{'canary_-' * 5}.ics whsec_{'canary+/' * 5}="
    assert redact(text) == "/calendar/cal_[token].ics whsec_[secret]"


def test_of_tokens_of_scripts_only_the_public_part_is_left():
    token = f"stk_0a1b2c3d4e5f6g7h_{'Canary' * 7}x"
    assert redact(f"Bearer {token}, ?token%3D{token}") == (
        "Bearer stk_0a1b2c3d4e5f6g7h_[secret], ?token%3Dstk_0a1b2c3d4e5f6g7h_[secret]"
    )


def test_a_percent_encoded_code_is_left_out_too():
    encoded = CODE.replace("#", "%23").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    assert redact(f"?code={encoded}&x=1") == "?code=#[code]&x=1"


def test_a_token_inside_an_encoded_address_is_left_out_too():
    assert redact(f"?next=%2Finvitations%2F{TOKEN}%2F") == "?next=%2Finvitations%2Finv_[token]%2F"


def test_what_is_no_secret_stays():
    text = "/b/northbeam/posts/01a1fff1-71ab-7580-b756-c372392083f5/ #hashtag code ending k2Y= #12"
    assert redact(text) == text


def test_no_way_of_logging_writes_a_secret(log):
    logger = logging.getLogger("anything")
    logger.warning("message %s", CODE)
    logger.warning("extra", extra={"code": CODE, "nested": {"token": [TOKEN]}})
    structlog.get_logger("structured").warning("structured", code=CODE, token=TOKEN)
    try:
        raise ValueError(f"cannot use {CODE}")
    except ValueError:
        logger.exception("failed with %s", TOKEN)
    written = log.getvalue()
    assert "cannot use #[code]" in written
    assert "canary" not in written
    assert "k" * 40 not in written


def test_local_variables_are_not_written_with_an_exception(log):
    def fail():
        secret = "canary-local"  # noqa: F841 - what must not be written
        raise RuntimeError("failed")

    try:
        fail()
    except RuntimeError:
        logging.getLogger("anything").exception("caught")
    written = log.getvalue()
    assert "RuntimeError" in written
    assert "= canary-local" not in written
    assert "'canary-local'\n" not in written


def test_production_writes_one_json_object_a_line():
    stream = io.StringIO()
    config = logging_config(production=True)
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)
    try:
        logging.getLogger("anything").info("two\nlines", extra={"count": 2})
        structlog.get_logger("structured").info("said", who="me")
    finally:
        logging.config.dictConfig(settings.LOGGING)
        logging_config(production=settings.PRODUCTION)
    first, second = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert (first["event"], first["count"], first["level"], first["logger"]) == (
        "two\nlines",
        2,
        "info",
        "anything",
    )
    assert second["who"] == "me"
