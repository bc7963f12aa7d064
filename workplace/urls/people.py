"""Addresses of people, below ``/b/<slug>/``."""

from django.urls import URLPattern, path

from workplace.views.people import invite, invite_again, people_page, withdraw_invitation
from workplace.views.people_member import member_page, my_deputy, remove_page

urlpatterns: list[URLPattern] = [
    path("people/", people_page, name="people"),
    path("people/invite/", invite, name="people-invite"),
    path("people/me/", my_deputy, name="people-me"),
    path("people/invitations/<uuid:invitation>/again/", invite_again, name="people-invite-again"),
    path("people/invitations/<uuid:invitation>/withdraw/", withdraw_invitation, name="people-withdraw"),
    path("people/<uuid:member>/", member_page, name="people-member"),
    path("people/<uuid:member>/remove/", remove_page, name="people-remove"),
]
