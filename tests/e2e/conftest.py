"""The demo brand in a real browser: who is in it, and ways to look at a page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext

from brands.enums import Role
from brands.models import User
from campaigns.demo import Login, load_demo, new_logins
from sparktrack.core.clock import utc_now
from tests.world import client_of

Enter = Callable[[User], None]


@pytest.fixture
def demo(transactional_db: Any) -> dict[Role, Login]:
    """How the people of the demo brand log in."""
    logins = new_logins()
    load_demo(logins=logins, now=utc_now())
    return logins


@pytest.fixture
def enter(context: BrowserContext, base_url: str) -> Enter:
    """Makes the browser that of a user who is logged in, without the form."""

    def as_user(user: User) -> None:
        session = client_of(user).cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base_url}])

    return as_user


@pytest.fixture
def enter_demo(demo: dict[Role, Login], enter: Enter) -> Callable[[Role], None]:
    """Makes the browser that of one of the demo people."""
    return lambda role: enter(User.objects.get(email=demo[role].email))
