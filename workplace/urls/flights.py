"""Addresses of flights, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.flights import add_flight, check_flight, edit_flight
from workplace.views.flights_list import flights
from workplace.views.flights_move import move
from workplace.views.flights_peak import delete_peak, keep_peak, show_peak
from workplace.views.flights_sheet import show_sheet
from workplace.views.flights_state import end_flight, launch_flight, reopen_flight

urlpatterns: list[URLPattern] = [
    path("peak/", show_peak, name="peak"),
    path("peak/keep/", keep_peak, name="keep-peak"),
    path("peak/<uuid:peak>/delete/", delete_peak, name="delete-peak"),
    path("flights/", flights, name="flights"),
    path("flights/add/", add_flight, name="add-flight"),
    path("flights/check/", check_flight, name="check-flight"),
    path("flights/move/", move, name="move-flights"),
    path("flights/<uuid:flight>/", edit_flight, name="flight"),
    path("flights/<uuid:flight>/launch-sheet/", show_sheet, name="launch-sheet"),
    path("flights/<uuid:flight>/launch/", launch_flight, name="launch-flight"),
    path("flights/<uuid:flight>/end/", end_flight, name="end-flight"),
    path("flights/<uuid:flight>/reopen/", reopen_flight, name="reopen-flight"),
]
