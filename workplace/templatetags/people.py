"""``{% load people %}``: members in words."""

from datetime import datetime

from django import template
from django.template.context import Context

from brands.enums import Role
from brands.models import Membership, User
from sparktrack.core.days import local_date
from sparktrack.core.wording import local_year, stretch
from workplace.people_words import ROLES, away_words

register = template.Library()


@register.simple_tag(takes_context=True)
def away(context: Context, member: Membership) -> str:
    """``Ana stands in from Mon 23 Nov to Fri 27 Nov``; empty if nobody does, or when their days are over."""
    if member.deputy is None:
        return ""
    zone = member.brand.time_zone
    now: datetime = context["now"]
    if member.deputy_until and member.deputy_until < local_date(now, zone):
        return ""
    days = away_words(member.deputy_from, member.deputy_until, year=local_year(now, zone))
    return f"{short_name(member.deputy)} stands in {days}"


@register.simple_tag(takes_context=True)
def last_seen(context: Context, user: User) -> str:
    """``logged in 3 d ago``; ``never logged in``."""
    if user.last_login is None:
        return "never logged in"
    return f"logged in {stretch(context['now'] - user.last_login)} ago"


@register.filter
def short_name(user: User) -> str:
    """The name; of somebody who has not said it, the part of the e-mail before the @."""
    return user.full_name or user.get_short_name()


@register.filter
def role_words(role: str) -> str:
    """What a member of this role may do."""
    return ROLES[Role(role)]


# How browsers and systems name themselves; the first that is found counts: Edge says Chrome, Chrome says Safari, too.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser_name(user_agent: str) -> str:
    """``Chrome on Windows``; ``A browser`` for what names itself otherwise."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "A browser")
    system = next((f" on {name}" for mark, name in _SYSTEMS if mark in user_agent), "")
    return browser + system
