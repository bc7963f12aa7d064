"""Addresses of posts, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.posts import add_post, edit_post, read_post_link
from workplace.views.posts_doings import mark_back, mark_gone, note_numbers, note_stage
from workplace.views.posts_list import posts
from workplace.views.posts_redo import redo
from workplace.views.posts_stages import post_stages

urlpatterns: list[URLPattern] = [
    path("posts/", posts, name="posts"),
    path("posts/add/", add_post, name="add-post"),
    path("posts/link/", read_post_link, name="read-post-link"),
    path("posts/stages/", post_stages, name="post-stages"),
    path("posts/<uuid:pk>/edit/", edit_post, name="edit-post"),
    path("posts/<uuid:pk>/redo/", redo, name="redo-post"),
    path("posts/<uuid:pk>/numbers/", note_numbers, name="note-numbers"),
    path("posts/<uuid:pk>/stage/", note_stage, name="note-stage"),
    path("posts/<uuid:pk>/gone/", mark_gone, name="mark-gone"),
    path("posts/<uuid:pk>/back/", mark_back, name="mark-back"),
]
