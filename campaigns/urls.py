"""Pages of a brand, below ``/b/<slug>/``."""

from django.urls import path

from campaigns import views

urlpatterns = [
    path("", views.show_board, name="board"),
    path("posts/<uuid:pk>/", views.show_post, name="post"),
]
