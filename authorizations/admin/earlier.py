"""What changes coverage in creators and posts: their pages of the earlier apps, with more to type."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from authorizations.operations.gaps import coverage_change
from authorizations.operations.posts import (
    PostDraft,
    add_posts,
    attach_brief,
    change_method,
    mark_posts_back,
    mark_posts_gone,
    set_own_account,
)
from brands.owned_admin import by
from creators.admin import CreatorAdmin as PlainCreatorAdmin
from creators.models import Creator
from posts.admin import PostAdmin as PlainPostAdmin
from posts.enums import Method
from posts.models import Post

admin.site.unregister([Creator, Post])


@admin.register(Creator)
class CreatorAdmin(PlainCreatorAdmin):
    """Creators; whether one is the brand's own account."""

    changing = PlainCreatorAdmin.changing | {"own_account"}

    def change_row(self, request: HttpRequest, row: Creator, values: Mapping[str, Any]) -> None:
        """An own account needs no code."""
        with coverage_change(row.brand):
            super().change_row(request, row, values)
            if "own_account" in values:
                set_own_account(creators=[row], own=values["own_account"], **by(request, row.brand))


@admin.register(Post)
class PostAdmin(PlainPostAdmin):
    """Posts; how they are authorized, what they were made for, since when they are gone."""

    adding = ("creator", "brief", "replaces", "method", "unavailable_from", *PlainPostAdmin.details)
    changing = PlainPostAdmin.changing | {"brief", "method", "unavailable_from"}

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Post:
        """One post of the creator's brand."""
        own = (
            "creator",
            "brief",
            "title",
            "url",
            "tiktok_post_id",
            "posted_at",
            "replaces",
            "unavailable_from",
        )
        draft = PostDraft(
            **{name: values[name] for name in own},
            method=Method(values["method"]),
            details={name: values[name] for name in self.details if name not in own},
        )
        return add_posts(drafts=[draft], **by(request, values["creator"].brand))[0]

    def change_row(self, request: HttpRequest, row: Post, values: Mapping[str, Any]) -> None:
        """One operation for each thing that changed, in one transaction."""
        common = by(request, row.brand)
        with coverage_change(row.brand):
            super().change_row(request, row, values)
            if "method" in values:
                change_method(posts=[row], method=Method(values["method"]), **common)
            if "brief" in values:
                attach_brief(posts=[row], brief=values["brief"], **common)
            if values.get("unavailable_from"):
                mark_posts_gone(posts=[row], since=values["unavailable_from"], **common)
            elif "unavailable_from" in values:
                mark_posts_back(posts=[row], **common)
