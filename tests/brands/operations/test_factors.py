import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from brands.operations.factors import factors_under_old_keys, rotate_factor_keys
from sparktrack.core.secrets import UndecryptableError
from tests.brands.people import app_code, give_app, is_logged_in, recovery_codes, try_login
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

ASK = "/accounts/factors/authenticate/"
NEW_KEY = b"a newer key of thirty-two bytes."


def test_factors_move_to_the_newest_key_and_go_on_working_without_the_old_one(settings):
    user = UserFactory()
    secret = give_app(user)
    codes = recovery_codes(user)
    settings.CODE_KEYS = {**settings.CODE_KEYS, "2": NEW_KEY}
    assert factors_under_old_keys() == 2
    assert sum(rotate_factor_keys()) == 2
    assert factors_under_old_keys() == 0
    assert list(rotate_factor_keys()) == []
    settings.CODE_KEYS = {"2": NEW_KEY}
    assert recovery_codes(user) == codes
    client = Client()
    try_login(client, user)
    client.post(ASK, {"code": app_code(secret)})
    assert is_logged_in(client)


def test_a_factor_that_no_key_opens_is_an_error_and_stays(settings):
    user = UserFactory()
    give_app(user)
    before = list(Authenticator.objects.values())
    settings.CODE_KEYS = {"2": NEW_KEY}
    with pytest.raises(UndecryptableError):
        list(rotate_factor_keys())
    assert list(Authenticator.objects.values()) == before
