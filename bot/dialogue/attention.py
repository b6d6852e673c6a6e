"""How strongly words say each option, by label attention: every option looks at the pieces of the words that concern it.

Several answers in one breath so each have their own part of a line, in the light of the rest of it. Learned together with the
encoder's upper layers (``scripts/adapt_encoder.py``); an option that came later is not known here: likeness alone
speaks for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence, Text, Tuple
from zipfile import BadZipFile

import numpy as np

from bot.dialogue.encoder_files import ATTENTION

# In the file of the adapted layers, beside them: (labels, width) each, and one number a label.
PARTS = ("head.look", "head.found", "head.whole", "head.bias")
LABELS = "labels"
Label = Tuple[Text, Text]


@dataclass(frozen=True)
class Attention:
    """``look`` is where each label looks, ``found`` and ``whole`` what it looks for there and in all the words."""

    labels: Tuple[Label, ...]
    look: np.ndarray
    found: np.ndarray
    whole: np.ndarray
    bias: np.ndarray

    def said(self, pieces: np.ndarray, parts: Sequence[slice], wholes: np.ndarray) -> np.ndarray:
        """How strongly each label is said in some parts of a line, as logits: (parts, labels).

        ``pieces`` (pieces, width) and ``wholes`` (parts, width), the vectors of the parts, have length 1.
        """
        looks = pieces @ self.look.T
        looks -= looks.max(axis=0)
        np.exp(looks, out=looks)
        # Where one piece draws all the looks, a part without it still has its own: never nothing by nothing.
        looks += 1e-30
        found = pieces @ self.found.T
        found *= looks
        shares = [found[part].sum(axis=0) / looks[part].sum(axis=0) for part in parts]
        return np.asarray(np.array(shares) + wholes @ self.whole.T + self.bias, dtype=np.float32)


def write_attention(tensors: Dict[Text, np.ndarray], labels: List[List[Text]], place: Path) -> None:
    """Keep what the file of the adapted layers has of it, where the encoder is made ready."""
    look, found, whole, bias = (tensors[name].astype(np.float32) for name in PARTS)
    np.savez(place / ATTENTION, labels=np.array(json.dumps(labels)), look=look, found=found, whole=whole, bias=bias)


def read_attention(place: Path) -> Attention:
    """What ``write_attention`` kept. Raises ValueError where the file is damaged."""
    try:
        with np.load(place / ATTENTION) as kept:
            labels = tuple((question, option) for question, option in json.loads(str(kept["labels"])))
            return Attention(labels, kept["look"], kept["found"], kept["whole"], kept["bias"])
    except (KeyError, EOFError, BadZipFile) as error:
        raise ValueError(f"{ATTENTION} is damaged ({type(error).__name__}); run make setup") from None
