"""Vectors of training lines, kept from one training to the next: only lines that are new go through the encoder again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Dict, List, Optional, Sequence, Text, Tuple
from zipfile import BadZipFile

import numpy as np

from bot.dialogue.encoder import WIDTH, Encoder, question_words

# Beside the encoder's files, so that a new encoder begins with none.
KEPT = "kept.npz"
_DIGEST = 12


def _key(question: Optional[Text], text: Text) -> bytes:
    # A question is told to the encoder by its words: when those change, so does the vector.
    return hashlib.blake2b(f"{question_words(question)}\0{text}".encode(), digest_size=_DIGEST).digest()


class Remembering:
    """Gives the vectors of an encoder, each one worked out once."""

    def __init__(self, encoder: Encoder, place: Optional[Path] = None) -> None:
        self._encoder = encoder
        self._file = None if place is None else place / KEPT
        self._known: Dict[bytes, np.ndarray] = {}
        self._used: Dict[bytes, np.ndarray] = {}
        if self._file is not None and self._file.is_file():
            self._known = _read(self._file)

    def encode(self, texts: Sequence[Text], opens: Sequence[Optional[Text]]) -> np.ndarray:
        """Vectors of texts, each said to the open question of that id: float32, (number of texts, ``WIDTH``)."""
        keys = [_key(asked, text) for text, asked in zip(texts, opens, strict=True)]
        new: Dict[bytes, Tuple[Text, Optional[Text]]] = {}
        for key, text, asked in zip(keys, texts, opens, strict=True):
            if key in self._used:
                continue
            if key in self._known:
                self._used[key] = self._known[key]
            else:
                new[key] = (text, asked)
        if new:
            vectors = self._encoder.encode([text for text, _ in new.values()], [asked for _, asked in new.values()])
            self._used.update(zip(new, vectors, strict=True))
        return np.array([self._used[key] for key in keys], dtype=np.float32).reshape(len(keys), WIDTH)

    def keep(self) -> None:
        """Write down what was used, for the next training. Where it cannot be written the next one takes longer, that is all."""
        if self._file is None or not self._used:
            return
        aside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            with aside.open("wb") as file:
                np.savez(file, keys=np.array(list(self._used)), vectors=np.array(list(self._used.values())))
            aside.replace(self._file)
        except OSError:
            aside.unlink(missing_ok=True)


def _read(file: Path) -> Dict[bytes, np.ndarray]:
    try:
        with np.load(file) as kept:
            keys: List[bytes] = [bytes(key).ljust(_DIGEST, b"\0") for key in kept["keys"]]
            vectors = kept["vectors"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    return dict(zip(keys, vectors, strict=True)) if vectors.shape == (len(keys), WIDTH) else {}
