"""Addresses of settings, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.settings import brand_page, name_example, rules_page
from workplace.views.settings_accounts import account_page, add_page, list_page
from workplace.views.settings_tokens import add_page as add_token_page
from workplace.views.settings_tokens import list_page as tokens_page
from workplace.views.settings_tokens import revoke_page

urlpatterns: list[URLPattern] = [
    path("settings/", brand_page, name="settings-brand"),
    path("settings/rules/", rules_page, name="settings-rules"),
    path("settings/rules/example/", name_example, name="settings-rules-example"),
    path("settings/ad-accounts/", list_page, name="ad-accounts"),
    path("settings/ad-accounts/add/", add_page, name="ad-account-add"),
    path("settings/ad-accounts/<uuid:account>/", account_page, name="ad-account"),
    path("settings/tokens/", tokens_page, name="api-tokens"),
    path("settings/tokens/add/", add_token_page, name="api-token-add"),
    path("settings/tokens/<uuid:api_token>/revoke/", revoke_page, name="api-token-revoke"),
]
