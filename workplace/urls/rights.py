"""Addresses of rights, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.rights import add_right, right
from workplace.views.rights_later import end_right, extend_right, right_began
from workplace.views.rights_list import rights

urlpatterns: list[URLPattern] = [
    path("rights/", rights, name="rights"),
    path("rights/add/", add_right, name="add-right"),
    path("rights/<uuid:right>/", right, name="right"),
    path("rights/<uuid:right>/extend/", extend_right, name="extend-right"),
    path("rights/<uuid:right>/end/", end_right, name="end-right"),
    path("rights/<uuid:right>/began/", right_began, name="right-began"),
]
