"""Addresses of codes, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.codes_paste import paste_codes

urlpatterns: list[URLPattern] = [
    path("codes/paste/", paste_codes, name="paste-codes"),
]
