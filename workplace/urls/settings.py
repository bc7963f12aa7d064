"""Addresses of settings, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.settings import brand_page, name_example, rules_page
from workplace.views.settings_accounts import account_page, add_page, list_page

urlpatterns: list[URLPattern] = [
    path("settings/", brand_page, name="settings-brand"),
    path("settings/rules/", rules_page, name="settings-rules"),
    path("settings/rules/example/", name_example, name="settings-rules-example"),
    path("settings/ad-accounts/", list_page, name="ad-accounts"),
    path("settings/ad-accounts/add/", add_page, name="ad-account-add"),
    path("settings/ad-accounts/<uuid:account>/", account_page, name="ad-account"),
]
