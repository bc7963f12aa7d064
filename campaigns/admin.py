"""The Django admin of campaigns and flights, for staff; and of the zones that move flights."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin import EmptyFieldListFilter
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from authorizations.operations.posts import set_rights_tracking
from brands.admin import AdAccountAdmin as PlainAdAccountAdmin
from brands.admin import BrandAdmin as PlainBrandAdmin
from brands.models import AdAccount, Brand, User
from brands.operations.edits import Edit
from brands.owned_admin import OwnedAdmin, by
from campaigns.enums import SpendSource
from campaigns.models import (
    Campaign,
    ColumnMeaning,
    Flight,
    ImportedRow,
    ImportPiece,
    ImportRow,
    ImportRun,
    OwnerName,
)
from campaigns.operations.campaigns import CampaignDraft, add_campaigns, edit_campaigns
from campaigns.operations.flights import (
    EDITABLE,
    FlightDraft,
    Move,
    assign_ad_account,
    edit_flights,
    end_flights,
    launch_flights,
    move_flights,
    pause_flights,
    plan_flights,
    resume_flights,
    run_flights_anyway,
)
from campaigns.operations.zones import change_account_zone, change_brand_zone
from sparktrack.core.admin import ReadOnlyAdmin
from sparktrack.core.refusals import RefusedError

admin.site.unregister([Brand, AdAccount])


@admin.register(Brand)
class BrandAdmin(PlainBrandAdmin):
    """Brands; their zone and whether they track rights change what may run."""

    def get_readonly_fields(self, request: HttpRequest, obj: Brand | None = None) -> tuple[str, ...]:
        """The address of a brand stays."""
        return ("slug",) if obj else super().get_readonly_fields(request, obj)

    def change_row(self, request: HttpRequest, row: Brand, values: Mapping[str, Any]) -> None:
        """Settings; typed dates are read in a new zone."""
        common = by(request, row)
        rest = dict(values)
        if "time_zone" in rest:
            change_brand_zone(zone=rest.pop("time_zone"), **common)
        if "tracks_rights" in rest:
            set_rights_tracking(tracks=rest.pop("tracks_rights"), **common)
        super().change_row(request, row, rest)


@admin.register(AdAccount)
class AdAccountAdmin(PlainAdAccountAdmin):
    """Ad accounts; their zone moves the days of their flights."""

    def get_readonly_fields(self, request: HttpRequest, obj: AdAccount | None = None) -> tuple[str, ...]:
        """An account stays with its brand."""
        return ("brand",) if obj else ()

    def change_row(self, request: HttpRequest, row: AdAccount, values: Mapping[str, Any]) -> None:
        """Name, id, currency; dates are read in a new zone."""
        rest = dict(values)
        if "time_zone" in rest:
            change_account_zone(ad_account=row, zone=rest.pop("time_zone"), **by(request, row.brand))
        super().change_row(request, row, rest)


@admin.register(Campaign)
class CampaignAdmin(OwnedAdmin):
    """Budget lines."""

    list_display = ("name", "brand", "objective", "buyer", "created_at")
    list_select_related = ("brand", "buyer")
    search_fields = ("name__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    adding = ("brand", "name", "objective", "buyer")
    fields = (*adding, "created_at")
    changing = frozenset({"name", "objective", "buyer"})

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Campaign:
        """One campaign."""
        draft = CampaignDraft(values["name"], values["objective"], values["buyer"])
        return add_campaigns(drafts=[draft], **by(request, values["brand"]))[0]

    def change_row(self, request: HttpRequest, row: Campaign, values: Mapping[str, Any]) -> None:
        """Name, objective, buyer."""
        edit_campaigns(edits=[Edit(row, values)], **by(request, row.brand))


@admin.register(Flight)
class FlightAdmin(OwnedAdmin):
    """Posts in campaigns; whether they run is the actions of the list."""

    list_display = (
        "__str__",
        "post",
        "campaign",
        "buyer",
        "ad_account",
        "starts_on",
        "ends_on",
        "daily_spend",
        "launched_at",
        "paused_at",
        "ended_at",
        "brand",
    )
    list_filter = (
        ("starts_on", EmptyFieldListFilter),
        ("launched_at", EmptyFieldListFilter),
        ("paused_at", EmptyFieldListFilter),
        ("ended_at", EmptyFieldListFilter),
    )
    list_select_related = ("post", "campaign", "buyer", "ad_account", "brand")
    search_fields = (
        "post__tiktok_post_id__exact",
        "post__title__istartswith",
        "campaign__name__istartswith",
        "ad_name__istartswith",
        "brand__slug__exact",
    )
    ordering = ("-pk",)
    actions = ("launch", "pause", "resume", "end")
    adding = (
        "post",
        "campaign",
        "buyer",
        "ad_account",
        "starts_on",
        "ends_on",
        "daily_spend",
        "spend_source",
        "call_to_action",
        "landing_page",
        "ad_name",
    )
    fields = (
        "brand",
        *adding,
        "tiktok_ad_ids",
        "starts_at",
        "ends_at",
        "launched_at",
        "paused_at",
        "ended_at",
        "run_anyway_reason",
        "run_anyway_by",
        "run_anyway_at",
        "created_at",
    )
    changing = EDITABLE | {"starts_on", "ends_on", "ad_account", "run_anyway_reason"}

    def add_row(self, request: HttpRequest, values: Mapping[str, Any]) -> Flight:
        """One flight."""
        source = SpendSource(values["spend_source"]) if values["spend_source"] else None
        draft = FlightDraft(**{**values, "spend_source": source})
        return plan_flights(drafts=[draft], **by(request, values["post"].brand))[0]

    def change_row(self, request: HttpRequest, row: Flight, values: Mapping[str, Any]) -> None:
        """One operation for each thing that changed."""
        common = by(request, row.brand)
        if "ad_account" in values:
            assign_ad_account(flights=[row], ad_account=values["ad_account"], **common)
        if {"starts_on", "ends_on"} & set(values):
            dates = {name: values.get(name, getattr(row, name)) for name in ("starts_on", "ends_on")}
            move_flights(moves=[Move(row, **dates)], **common)
        if "run_anyway_reason" in values:
            approver = cast(User, request.user)
            reason = values["run_anyway_reason"]
            run_flights_anyway(flights=[row], reason=reason, approver=approver, **common)
        if plain := {name: values[name] for name in EDITABLE & set(values)}:
            edit_flights(edits=[Edit(row, plain)], **common)

    @admin.action(description="Launch: the ads were switched on", permissions=["change"])
    def launch(self, request: HttpRequest, flights: QuerySet[Flight]) -> None:
        """The ads run."""
        self._do(request, flights, launch_flights)

    @admin.action(description="Pause: the ads were paused in Ads Manager", permissions=["change"])
    def pause(self, request: HttpRequest, flights: QuerySet[Flight]) -> None:
        """The ads stand still."""
        self._do(request, flights, pause_flights)

    @admin.action(description="Resume: the ads run again", permissions=["change"])
    def resume(self, request: HttpRequest, flights: QuerySet[Flight]) -> None:
        """The ads run again."""
        self._do(request, flights, resume_flights)

    @admin.action(description="End: the ads were switched off for good", permissions=["change"])
    def end(self, request: HttpRequest, flights: QuerySet[Flight]) -> None:
        """The ads are over."""
        self._do(request, flights, end_flights)

    def _do(
        self, request: HttpRequest, flights: QuerySet[Flight], operation: Callable[..., list[Flight]]
    ) -> None:
        """All of them or none, brand by brand."""
        chosen: dict[Brand, list[Flight]] = defaultdict(list)
        for flight in flights.select_related("brand"):
            chosen[flight.brand].append(flight)
        try:
            with transaction.atomic():
                changed = [operation(flights=rows, **by(request, brand)) for brand, rows in chosen.items()]
        except RefusedError as error:
            messages.error(request, f"Nothing was changed. {error}")
        else:
            messages.success(request, f"Flights changed: {sum(map(len, changed))}.")


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    """Sheets that were read, and what came of them."""

    list_display = ("file_name", "sheet", "brand", "state", "by", "created_at")
    list_filter = ("state",)
    list_select_related = ("brand", "by")
    search_fields = ("file_name__istartswith", "sha256__exact", "brand__slug__exact")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(ImportPiece)
class ImportPieceAdmin(ReadOnlyAdmin):
    """Kept sheets, sealed: what is in them is not shown."""

    list_display = ("__str__", "run", "brand", "key_id", "created_at")
    list_select_related = ("brand", "run")
    search_fields = ("run__file_name__istartswith", "brand__slug__exact")
    fields = ("brand", "run", "number", "key_id", "created_at")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(ImportRow)
class ImportRowAdmin(ReadOnlyAdmin):
    """What the rows of a sheet would do."""

    list_display = ("number", "outcome", "run", "brand")
    list_filter = ("outcome",)
    list_select_related = ("brand", "run")
    search_fields = ("run__file_name__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(ImportedRow)
class ImportedRowAdmin(ReadOnlyAdmin):
    """What imports created and changed."""

    list_display = ("label", "kind", "run", "brand")
    list_select_related = ("brand", "run")
    search_fields = ("label__istartswith", "run__file_name__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
    show_full_result_count = False


@admin.register(ColumnMeaning)
class ColumnMeaningAdmin(ReadOnlyAdmin):
    """What columns of a brand's sheets are."""

    list_display = ("header", "field", "brand")
    list_select_related = ("brand",)
    search_fields = ("header__istartswith", "brand__slug__exact")
    ordering = ("-pk",)


@admin.register(OwnerName)
class OwnerNameAdmin(ReadOnlyAdmin):
    """Whom names in a brand's sheets mean."""

    list_display = ("name", "user", "invitation", "brand")
    list_select_related = ("brand", "user", "invitation")
    search_fields = ("name__istartswith", "brand__slug__exact")
    ordering = ("-pk",)
