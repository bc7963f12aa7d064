"""Files that only their owner may read, replaced as a whole: nobody ever sees half of one."""

import json
import os
from pathlib import Path
from typing import Any


def write_private(path: Path, document: Any) -> None:
    """Writes ``document`` as JSON to ``path`` with mode 0600, in place of what was there. Raises OSError."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
