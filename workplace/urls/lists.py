"""Addresses of what all lists share, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views import lists
from workplace.views.undo import undo

urlpatterns: list[URLPattern] = [
    path("undo/", undo, name="undo"),
    path("lists/<slug:place>/views/", lists.views, name="list-views"),
    path("lists/<slug:place>/views/save/", lists.save, name="list-view-save"),
    path("lists/<slug:place>/columns/", lists.columns, name="list-columns"),
    path("views/<uuid:view>/", lists.change, name="list-view"),
]
