"""Addresses of the search, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.search import search

urlpatterns: list[URLPattern] = [
    path("search/", search, name="search"),
]
