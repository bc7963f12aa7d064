"""Write a brand as a sheet."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from authorizations.models import AuthorizationCode
from authorizations.operations.codes import reveal_codes
from brands.models import Brand
from brands.rules import Action
from campaigns.exporters import HEADER, ShowCodes, export_rows, masked
from campaigns.management.members import member_actor
from sparktrack.core.clock import utc_now
from sparktrack.core.secrets import UndecryptableError
from sparktrack.core.tabular import CannotWrite, write_csv, write_xlsx

_WRITERS = {".csv": write_csv, ".xlsx": write_xlsx}


class Command(BaseCommand):
    """Rows stream into a file beside the target, which takes its place when it is complete."""

    help = (
        "Export a brand to a sheet that import_tracker takes back without a change. Codes are masked; --reveal-codes "
        "writes them in clear, which a manager or admin may do and the audit records."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the brand, the file and the wish for codes in clear."""
        parser.add_argument("--brand", required=True, metavar="SLUG")
        parser.add_argument("--output", required=True, type=Path, metavar="FILE.csv|.xlsx")
        parser.add_argument("--reveal-codes", action="store_true")
        parser.add_argument(
            "--actor", metavar="E-MAIL", help="the member who exports; needed for --reveal-codes"
        )

    def handle(
        self, *_args: Any, brand: str, output: Path, reveal_codes: bool, actor: str | None, **_options: Any
    ) -> None:
        """Raise CommandError with code 2 for arguments that cannot be used or a file that cannot be written."""
        write = _WRITERS.get(output.suffix.lower())
        if write is None:
            raise CommandError(f"{output} must end with .csv or .xlsx.", returncode=2)
        tenant = Brand.objects.filter(slug=brand).first()
        if tenant is None:
            raise CommandError(f"There is no brand {brand}.", returncode=2)
        now = utc_now()
        rows = export_rows(tenant, now=now, show_codes=_shown(tenant, reveal_codes, actor))
        try:
            # Made readable for nobody else: it may hold codes.
            handle, name = tempfile.mkstemp(dir=output.parent, prefix=".export-")
            part = Path(name)
            try:
                with os.fdopen(handle, "wb") as stream:
                    count = write(stream, HEADER, rows)
                part.replace(output)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.", returncode=2) from None
        except (CannotWrite, UndecryptableError) as error:
            raise CommandError(f"{output}: {error}", returncode=2) from None
        self.stdout.write(f"{output}: {count:,} rows")


def _shown(brand: Brand, reveal: bool, email: str | None) -> ShowCodes:
    if not reveal:
        if email is not None:
            member_actor(brand, email, Action.VIEW)
        return masked
    if email is None:
        raise CommandError("--reveal-codes needs --actor: the audit names who saw the codes.", returncode=2)
    actor = member_actor(brand, email, Action.EXPORT_REVEALED, Action.REVEAL_CODES)

    def reveal_slice(codes: Sequence[AuthorizationCode]) -> list[str]:
        return reveal_codes(brand=brand, codes=codes, now=utc_now(), actor=actor)

    return reveal_slice
