"""Addresses of briefs, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.briefs import add_brief, edit_brief, show_brief
from workplace.views.briefs_list import briefs

urlpatterns: list[URLPattern] = [
    path("briefs/", briefs, name="briefs"),
    path("briefs/add/", add_brief, name="add-brief"),
    path("briefs/<uuid:brief>/", show_brief, name="brief"),
    path("briefs/<uuid:brief>/edit/", edit_brief, name="edit-brief"),
]
