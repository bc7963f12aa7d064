"""Finding and installing the real browser that the page tests drive."""

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PACKAGES = ("chromium", "fonts-liberation")

# Quiet and offline: nothing but the pages under test is loaded. No sandbox: tests also run as root in a container.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)

HOW_TO_INSTALL = (
    f"No Chromium found: install it (Debian: apt-get install {' '.join(_PACKAGES)}) and run again."
)


def find() -> str | None:
    """The path of Chromium or Chrome, from CHROMIUM or PATH; None when there is none."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


def install() -> bool:
    """Installs Chromium when this is root on Debian; True when a browser is there afterwards."""
    if find():
        return True
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    sys.stdout.write(f"Installing {' '.join(_PACKAGES)} ...\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", *_PACKAGES]):
        subprocess.run(["apt-get", *command], check=False, stdout=subprocess.DEVNULL, env=environment)
    return find() is not None
