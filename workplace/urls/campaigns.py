"""Addresses of campaigns, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.campaigns import add_campaign, edit_campaign, show_campaign
from workplace.views.campaigns_list import campaigns

urlpatterns: list[URLPattern] = [
    path("campaigns/", campaigns, name="campaigns"),
    path("campaigns/add/", add_campaign, name="add-campaign"),
    path("campaigns/<uuid:campaign>/", show_campaign, name="campaign"),
    path("campaigns/<uuid:campaign>/edit/", edit_campaign, name="edit-campaign"),
]
