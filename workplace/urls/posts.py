"""Addresses of posts, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.posts_list import posts

urlpatterns: list[URLPattern] = [
    path("posts/", posts, name="posts"),
]
