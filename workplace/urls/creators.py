"""Addresses of creators, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.creators import add_creator, edit_creator, show_creator
from workplace.views.creators_list import creators

urlpatterns: list[URLPattern] = [
    path("creators/", creators, name="creators"),
    path("creators/add/", add_creator, name="add-creator"),
    path("creators/<uuid:creator>/", show_creator, name="creator"),
    path("creators/<uuid:creator>/edit/", edit_creator, name="edit-creator"),
]
