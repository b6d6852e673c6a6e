"""The subcommands of ``bcst2``, one module each: ``add(subparsers)`` describes it, ``run(args)`` does it, for an exit code."""

from __future__ import annotations

import json
import sys
from typing import Any


class UserError(Exception):
    """Something the user can mend. ``str()`` is one plain line that names what is wrong and the mend; the exit code is 2."""


def print_json(value: Any) -> None:
    """One JSON value on standard output, as other programs read it."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")


def say(text: str) -> None:
    """A message for the person at the terminal; standard output is for results."""
    print(text, file=sys.stderr, flush=True)
