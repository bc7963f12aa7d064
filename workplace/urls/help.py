"""Addresses of help: it is about no brand, so all of them are at the root."""

from django.urls import URLPattern, path

from workplace.views.help import help_home, help_page

urlpatterns: list[URLPattern] = []

own_urlpatterns: list[URLPattern] = [
    path("help/", help_home, name="help"),
    path("help/<str:page>/", help_page, name="help-page"),
]
