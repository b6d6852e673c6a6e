"""What the encoder makes of training lines, kept for the next training: only new lines go through it again."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Dict, FrozenSet, List, Optional, Sequence, Text, Tuple
from zipfile import BadZipFile

import numpy as np

from bot.dialogue.attention import Label
from bot.dialogue.encoder import WIDTH, Place, Vectors, question_words

# Beside the encoder's files, so that a new encoder begins with none.
KEPT = "kept.npz"
_DIGEST = 12


def _key(question: Optional[Text], line: Sequence[Text], places: Sequence[Place]) -> bytes:
    # A question is told to the encoder by its words: when those change, so does the vector.
    text = "\1".join([question_words(question), *line, repr([tuple(place) for place in places])])
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST).digest()


class Remembering:
    """Gives what an encoder gives, each line worked out once."""

    def __init__(self, encoder: Vectors, place: Optional[Path] = None) -> None:
        self._encoder = encoder
        self._width = WIDTH + len(encoder.labels)
        self._file = None if place is None else place / KEPT
        self._known: Dict[bytes, np.ndarray] = {}
        self._used: Dict[bytes, np.ndarray] = {}
        if self._file is not None and self._file.is_file():
            self._known = _read(self._file, self._width)

    @property
    def labels(self) -> Tuple[Label, ...]:
        """What the encoder knows to be said."""
        return self._encoder.labels

    @property
    def words(self) -> FrozenSet[Text]:
        """The words that the encoder knows whole."""
        return self._encoder.words

    def encode(
        self, lines: Sequence[Sequence[Text]], places: Sequence[Sequence[Place]], opens: Sequence[Optional[Text]]
    ) -> List[np.ndarray]:
        """What the encoder gives, at half its precision."""
        keys = [_key(*each) for each in zip(opens, lines, places, strict=True)]
        new: Dict[bytes, int] = {}
        for number, key in enumerate(keys):
            if key in self._used:
                continue
            if key in self._known:
                self._used[key] = self._known[key]
            else:
                new[key] = number
        if new:
            chosen = list(new.values())
            found = self._encoder.encode([lines[n] for n in chosen], [places[n] for n in chosen], [opens[n] for n in chosen])
            self._used.update((key, rows.astype(np.float16)) for key, rows in zip(new, found, strict=True))
        return [self._used[key].astype(np.float32) for key in keys]

    def keep(self) -> None:
        """Write down what was used, for the next training. Where it cannot be written the next one takes longer, that is all."""
        if self._file is None or not self._used:
            return
        aside = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        try:
            with aside.open("wb") as file:
                counts = np.array([len(rows) for rows in self._used.values()])
                np.savez(file, keys=np.array(list(self._used)), counts=counts, rows=np.concatenate(list(self._used.values())))
            aside.replace(self._file)
        except OSError:
            aside.unlink(missing_ok=True)


def _read(file: Path, width: int) -> Dict[bytes, np.ndarray]:
    try:
        with np.load(file) as kept:
            keys: List[bytes] = [bytes(key).ljust(_DIGEST, b"\0") for key in kept["keys"]]
            rows, ends = kept["rows"], np.cumsum(kept["counts"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
    if not keys or len(ends) != len(keys) or rows.shape != (ends[-1], width):
        return {}
    return dict(zip(keys, np.split(rows, ends[:-1]), strict=True))
