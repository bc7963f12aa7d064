"""Pages of a brand, below ``/b/<slug>/``."""

from django.urls import path

from campaigns.views.board import show_board
from campaigns.views.post import show_post

urlpatterns = [
    path("", show_board, name="board"),
    path("posts/<uuid:pk>/", show_post, name="post"),
]
