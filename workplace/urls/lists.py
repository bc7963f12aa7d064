"""Addresses of what all lists share, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.undo import undo

urlpatterns: list[URLPattern] = [
    path("undo/", undo, name="undo"),
]
