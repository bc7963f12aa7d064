"""The import pages as a person uses them, with a worker that does its work at once."""

import html
import re
import time
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from brands.enums import Role
from brands.models import User
from campaigns.enums import ImportState
from campaigns.importers.working import apply_run, preview_run
from campaigns.models import ImportRun
from campaigns.views.imports.pages import columns_form
from sparktrack.core.clock import utc_now
from tests.campaigns.importers.sheets import HEADER, post_url, row
from tests.world import World, client_of, spark_code

BAD = {"days": "soon"}


def tsv(*rows: list[str], header: tuple[str, ...] = HEADER) -> str:
    """Cells as a spreadsheet puts them on the clipboard."""
    return "\n".join("\t".join(cells) for cells in [header, *rows])


def text(response: Any) -> str:
    """What a person reads on a page, blanks folded."""
    page = re.sub(r"<(script|style|head)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


class Pages:
    """One person at the import pages of a brand."""

    def __init__(self, world: World, role: Role = Role.MANAGER, **user: Any) -> None:
        self.world = world
        self.person: User = world.member(role, **user)
        self.client: Client = client_of(self.person)

    def url(self, name: str, run: ImportRun | None = None) -> str:
        """The address of a page of this brand, or of one of its imports."""
        return reverse(name, args=[self.world.brand.slug, *([run.pk] if run else [])])

    def get(self, name: str, run: ImportRun | None = None, **query: Any) -> Any:
        """Open a page."""
        return self.client.get(self.url(name, run), query)

    def post(self, name: str, run: ImportRun | None = None, **data: Any) -> Any:
        """Press a button."""
        return self.client.post(self.url(name, run), data)

    def upload(self, content: str | bytes, name: str = "sheet.csv") -> Any:
        """Paste text, or choose a file."""
        if isinstance(content, str):
            return self.post("imports", pasted=content)
        return self.post("imports", file=SimpleUploadedFile(name, content))

    def brought(self, content: str | bytes, name: str = "sheet.csv") -> ImportRun:
        """A sheet whose columns are to be confirmed."""
        response = self.upload(content, name)
        assert response.status_code == 302, text(response)
        run: ImportRun = ImportRun.objects.for_brand(self.world.brand).order_by("-pk")[0]
        assert response["Location"] == self.url("import", run)
        return run

    def confirmed(self, run: ImportRun, **changed: Any) -> Any:
        """The columns are as the page guesses, but for what is ``changed``."""
        form = columns_form(ImportRun.objects.get(pk=run.pk), heading="")
        values = {field.html_name: field.value() or "" for field in form}
        return self.post("import-columns", run, **{**values, **changed})

    def previewed(self, content: str | bytes, **changed: Any) -> ImportRun:
        """A sheet whose preview is there."""
        run = self.brought(content)
        response = self.confirmed(run, **changed)
        assert response.status_code == 302, text(response)
        return work(run)

    def applied(self, content: str | bytes, **data: Any) -> ImportRun:
        """A sheet that is imported."""
        run = self.previewed(content)
        assert self.apply(run, **data).status_code == 302
        return work(run)

    def apply(self, run: ImportRun, **data: Any) -> Any:
        """Press the button of the preview."""
        return self.post("import-apply", run, attempt=run.attempt, **data)


def work(run: ImportRun) -> ImportRun:
    """What a worker does with the run; it is read again afterwards."""
    run.refresh_from_db()
    steps = {ImportState.READING: preview_run, ImportState.APPLYING: apply_run}
    for _ in range(200):  # in a browser test a real worker may be quicker
        step = steps.get(ImportState(run.state))
        if step is None:
            break
        step(run.pk, clock=utc_now)
        run.refresh_from_db()
        if run.state in steps:
            time.sleep(0.1)
    return run


def good(number: int = 1, **cells: str) -> list[str]:
    """A row that can be imported."""
    stated = {"auth_date": "2026-10-20", "days": "60", "spark_code": spark_code(number)}
    stated |= {"creator_handle": "maya", "post_link": post_url(number=number)}
    return row(**{**stated, **cells})


def with_owners() -> str:
    """Two rows, with a buyer whom nobody knows and one whom the brand may know."""
    flight = {"campaign": "Glow", "flight_start": "2026-11-01", "flight_end": "2026-12-01"}
    return tsv(good(1, **flight, owner="Jo W."), good(2, **flight, owner="Mara"))
