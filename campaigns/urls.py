"""Pages of a brand, below ``/b/<slug>/``."""

from django.urls import path

from campaigns.views.anyway import run_anyway
from campaigns.views.board import show_board
from campaigns.views.codes import apply_code, copy_code, reveal_code
from campaigns.views.post import show_post

urlpatterns = [
    path("", show_board, name="board"),
    path("posts/<uuid:pk>/", show_post, name="post"),
    path("codes/<uuid:code>/reveal/", reveal_code, name="reveal-code"),
    path("codes/<uuid:code>/copy/", copy_code, name="copy-code"),
    path("codes/<uuid:code>/applied/", apply_code, name="apply-code"),
    path("flights/<uuid:flight>/run-anyway/", run_anyway, name="run-anyway"),
]
