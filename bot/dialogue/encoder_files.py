"""Where the encoder's files are, and which it is. Standard library only: the pages' environment asks too."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from typing import Text

ROOT = Path(__file__).resolve().parent.parent.parent
STAMP = "ready.json"
NONE = "none"
ATTENTION = "attention.npz"
# The adapted layers, beside the lines that they were adapted to; made by scripts/adapt_encoder.py.
ADAPTED = Path("bot/data/understanding/encoder.safetensors")
# Written lines whose id falls to this share were not seen while the layers were adapted: how sure to be is learned from them, and
# from lines that were written since. Who adapts the layers anew gives those other ids.
NEWER = "new-"
UNSEEN_OF = 6


def folder() -> Path:
    """Where the encoder is, or would be."""
    return Path(os.environ.get("BCST2_ENCODER") or ROOT / ".tools" / "encoder")


def present() -> Text:
    """What stands for the encoder in a model's fingerprint: its stamp, or "none" where it has not been set up."""
    if not (folder() / ATTENTION).is_file():
        return NONE
    try:
        return str(json.loads((folder() / STAMP).read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return NONE


def newer(line_id: Text) -> bool:
    """Whether a line was written after the layers were adapted."""
    return line_id.startswith(NEWER)


def unseen(line_id: Text) -> bool:
    """Whether a written line was left out when the layers were adapted, or written after that (``NEWER``)."""
    return newer(line_id) or zlib.crc32(line_id.encode()) % UNSEEN_OF == 0
