"""The address of the board across all brands, at the root: it belongs to no brand."""

from django.urls import URLPattern, path

from workplace.views.all_brands import show_all_brands

own_urlpatterns: list[URLPattern] = [
    path("board/", show_all_brands, name="all-brands"),
]
