"""Pages of a brand, below ``/b/<slug>/``; those of a person (``own_urlpatterns``) at the root."""

from django.urls import URLPattern

from workplace.urls.all_brands import own_urlpatterns as all_brands
from workplace.urls.audit import urlpatterns as audit
from workplace.urls.briefs import urlpatterns as briefs
from workplace.urls.calendar import urlpatterns as calendar
from workplace.urls.campaigns import urlpatterns as campaigns
from workplace.urls.codes import urlpatterns as codes
from workplace.urls.creators import urlpatterns as creators
from workplace.urls.evidence import urlpatterns as evidence
from workplace.urls.flights import urlpatterns as flights
from workplace.urls.help import own_urlpatterns as own_help
from workplace.urls.help import urlpatterns as helping
from workplace.urls.lists import urlpatterns as lists
from workplace.urls.people import urlpatterns as people
from workplace.urls.posts import urlpatterns as posts
from workplace.urls.reports import urlpatterns as reports
from workplace.urls.rights import urlpatterns as rights
from workplace.urls.search import urlpatterns as search
from workplace.urls.settings import urlpatterns as settings
from workplace.urls.welcome import own_urlpatterns as own_welcome
from workplace.urls.welcome import urlpatterns as welcome

urlpatterns: list[URLPattern] = [
    *audit,
    *briefs,
    *calendar,
    *campaigns,
    *codes,
    *creators,
    *evidence,
    *flights,
    *helping,
    *lists,
    *people,
    *posts,
    *reports,
    *rights,
    *search,
    *settings,
    *welcome,
]

own_urlpatterns: list[URLPattern] = [*all_brands, *own_help, *own_welcome]
