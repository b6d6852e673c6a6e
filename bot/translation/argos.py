"""The way into argostranslate: everything it must be told before it is imported, and what it must not do.

It reads its settings when it is imported, logs every text it is given, and would fetch models from the network: the settings are
set first, its logger is silenced, and what it does not need here (stanza, minisbd) is replaced by our own splitting of sentences.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import threading
import types
from pathlib import Path
from typing import Any

_END = re.compile(r"(?<=[.!?…。؟।۔])[\s\u200c]+")
_LONGEST = 400
_lock = threading.Lock()
_loaded: Argos | None = None


def split_sentences(text: str) -> list[str]:
    """Sentences by their closing marks, and long ones at a space: a model loses what is longer than it was trained on."""
    found: list[str] = []
    for sentence in _END.split(text.strip()):
        while len(sentence) > _LONGEST:
            cut = sentence.rfind(" ", 0, _LONGEST)
            cut = cut if cut > 0 else _LONGEST
            found.append(sentence[:cut].strip())
            sentence = sentence[cut:].strip()
        if sentence:
            found.append(sentence)
    return found


class _Splitter:
    """Stands in for minisbd's detector."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def sentences(self, text: str) -> list[str]:
        return split_sentences(text)


class Argos:
    """argostranslate, imported once."""

    def __init__(self, home: Path) -> None:
        _settle(home)
        _stand_in()
        from argostranslate import package, translate

        # It logs the words of people at INFO, and what went wrong with them at ERROR.
        for name in ("argostranslate", "argostranslate.utils"):
            logger = logging.getLogger(name)
            logger.setLevel(logging.CRITICAL + 1)
            logger.propagate = False
            logger.handlers.clear()
        self._package = package
        self._translate = translate

    def open(self, folder: Path) -> Any:
        """The translation of one installed package (``PackageTranslation``). Raises whatever a damaged package makes it raise."""
        found = self._package.Package(folder)
        one = self._translate.Language(found.from_code, found.from_name)
        other = self._translate.Language(found.to_code, found.to_name)
        return self._translate.PackageTranslation(one, other, found)


def load_argos(home: Path) -> Argos:
    """argostranslate, its folders under ``home`` (the first call decides). Raises ImportError if it is not installed."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = Argos(home)
        return _loaded


def _settle(home: Path) -> None:
    folders = {"XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache"}
    before = {name: os.environ.get(name) for name in folders}
    for name, folder in folders.items():
        (home / folder).mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(home / folder)
    (home / "packages").mkdir(parents=True, exist_ok=True)
    os.environ.update(
        ARGOS_PACKAGES_DIR=str(home / "packages"),
        ARGOS_CHUNK_TYPE="MINISBD",  # NONE drops every package without a word
        ARGOS_DEVICE_TYPE="cpu",
        ARGOS_COMPUTE_TYPE="default",  # as the package was made; "auto" would round a model that was not made for it
        ARGOS_INTER_THREADS="1",
        ARGOS_INTRA_THREADS="1",  # the other core is for everybody else's turn
        ARGOS_PACKAGE_INDEX="http://127.0.0.1:9/",
        ARGOS_DEBUG="0",
    )
    # Only argostranslate is to see these folders: they are its home, not ours.
    import argostranslate.settings  # noqa: F401

    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _stand_in() -> None:
    """Modules in place of stanza (which brings torch) and minisbd (AGPL, and it fetches models)."""
    stanza: Any = types.ModuleType("stanza")
    minisbd: Any = types.ModuleType("minisbd")
    minisbd.SBDetect = _Splitter
    minisbd.models = types.ModuleType("minisbd.models")
    minisbd.models.list_models = lambda: ["en"]
    for name, module in (("stanza", stanza), ("minisbd", minisbd), ("minisbd.models", minisbd.models)):
        sys.modules.setdefault(name, module)
