"""The buttons of an import: each is one operation, then the page shows where it stands."""

from collections.abc import Mapping
from dataclasses import replace

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from brands.access import BrandRequest, actor_of
from brands.enums import Role
from brands.mails import send_invitations
from brands.operations.invitations import InvitationRefusedError, Invite, invite_people
from campaigns.enums import ImportState
from campaigns.importers.looking import look_again
from campaigns.models import ImportRun
from campaigns.operations.imports import (
    RowsWithErrorsError,
    WrongStateError,
    ask_apply,
    ask_preview,
    discard_import,
)
from campaigns.queries.imports import conflict_numbers
from campaigns.queries.owners import members_of
from campaigns.tasks import wake
from campaigns.views.imports.doors import step_view, to_import, too_late
from campaigns.views.imports.pages import WITH_COLUMNS, columns_form, import_page
from campaigns.views.imports.previews import owners_form
from campaigns.wishes import Decision, Wishes
from sparktrack.core.clock import utc_now
from sparktrack.core.tabular import UnusableFile

_OTHER_SHEET = "Somebody chose another sheet of this file meanwhile."
_LOOK_AGAIN = (
    "The preview is a new one: somebody read the sheet again. Look at the rows before you import them."
)


@step_view
def import_sheet(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """Look at another sheet of the workbook."""
    try:
        look_again(run, brand=request.brand, sheet=request.POST.get("sheet", ""))
    except UnusableFile as error:
        return import_page(request, run, sheet_problem=error.message)
    return redirect(f"{reverse('import', args=[request.brand.slug, run.pk])}?step=columns")


@step_view
def import_columns(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """The columns mean this: read the sheet. ``again``: as they were said before."""
    wishes = Wishes.from_json(run.wishes)
    if request.POST.get("again"):
        return _preview(request, run, wishes)
    if run.state not in WITH_COLUMNS:
        raise WrongStateError(run)
    form = columns_form(run, request.POST.get("heading", ""), request.POST)
    if request.POST.get("sheet", "") != (run.look.get("sheet") or ""):
        return too_late(request, run, _OTHER_SHEET)
    if not form.is_valid():
        return import_page(request, run, columns=form)
    return _preview(request, run, form.wishes(wishes))


@step_view
def import_owners(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """The unknown names of the sheet mean these people; whoever is new is invited first."""
    if run.state not in WITH_COLUMNS:
        raise WrongStateError(run)  # before anybody is invited
    form = owners_form(request, run, request.POST)
    if form is None:
        return to_import(request, run)
    if not form.is_valid():
        return import_page(request, run, owners=form)
    wishes = Wishes.from_json(run.wishes)
    try:
        invited = _invited(request, form.to_invite())
    except InvitationRefusedError as error:
        form.add_error(None, error.message)
        return import_page(request, run, owners=form)
    return _preview(request, run, replace(wishes, owners={**wishes.owners, **form.chosen(), **invited}))


@step_view
def import_apply(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """Write what the preview shows; what is on file stays in every conflict of which nothing else was said."""
    if run.state == ImportState.PREVIEWED and request.POST.get("attempt") != str(run.attempt):
        return too_late(request, run, _LOOK_AGAIN)
    decisions = {
        number: Decision.TAKE if request.POST.get(f"row-{number}") == Decision.TAKE else Decision.KEEP
        for number in conflict_numbers(run)
    }
    try:
        asked = ask_apply(
            brand=request.brand,
            run=run,
            decisions=decisions,
            skip_errors="skip_errors" in request.POST,
            attempt=run.attempt,
            now=utc_now(),
            actor=actor_of(request),
        )
    except RowsWithErrorsError as error:
        return import_page(request, run, apply_problem=error.message, decisions=decisions)
    wake(asked)
    return to_import(request, run)


@step_view
def import_discard(request: BrandRequest, run: ImportRun) -> HttpResponse:
    """Nothing comes of it; the sheet is deleted."""
    discard_import(brand=request.brand, run=run, now=utc_now(), actor=actor_of(request))
    messages.success(request, f"“{run.file_name}” was discarded. Nothing was written.")
    return redirect("imports", request.brand.slug)


def _invited(request: BrandRequest, wanted: Mapping[str, str]) -> dict[str, str]:
    """Name → who it means: people with these e-mails who are here already, the others invited as buyers.

    Raises InvitationRefusedError.
    """
    members = {one.user.email: f"user:{one.user_id}" for one in members_of(request.brand)}
    invites = [Invite(email, Role.BUYER) for email in sorted(set(wanted.values()) - members.keys())]
    if not invites:
        return {name: members[email] for name, email in wanted.items()}
    issued = invite_people(brand=request.brand, invites=invites, now=utc_now(), actor=actor_of(request))
    mailed = send_invitations(issued)
    for one in issued:
        if one.invitation.pk in mailed:
            messages.success(request, f"{one.invitation.email} was invited.")
        else:
            messages.error(
                request, f"The mail to {one.invitation.email} did not go out: invite them again later."
            )
    people = members | {one.invitation.email: f"invitation:{one.invitation.pk}" for one in issued}
    return {name: people[email] for name, email in wanted.items()}


def _preview(request: BrandRequest, run: ImportRun, wishes: Wishes) -> HttpResponse:
    asked = ask_preview(brand=request.brand, run=run, wishes=wishes, now=utc_now(), actor=actor_of(request))
    wake(asked)
    return to_import(request, run)
