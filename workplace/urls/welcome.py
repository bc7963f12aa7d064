"""Addresses of a member's own page, below ``/b/<slug>/``; of the tour and of what one chooses, at the root."""

from django.urls import URLPattern, path

from workplace.views.preferences import preferences
from workplace.views.welcome import yours
from workplace.views.welcome_tour import tour

urlpatterns: list[URLPattern] = [
    path("yours/", yours, name="yours"),
]

own_urlpatterns: list[URLPattern] = [
    path("account/preferences/", preferences, name="preferences"),
    path("tour/", tour, name="tour"),
]
