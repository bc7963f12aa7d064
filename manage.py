#!/usr/bin/env python
"""Django's command line for sparktrack."""

import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sparktrack.settings")
    try:
        settings.DEBUG  # noqa: B018 - reads the settings
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # what to set, not where in the code it was missed
    execute_from_command_line(sys.argv)
