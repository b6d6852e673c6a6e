"""Packages built once for the session, and a home folder with them installed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.translation.packages import add_packages
from bot.translation.translator import Translator
from tests.translation.tiny import make_package

POLISH = (
    ("mieszkałem u mamy", "I lived at my mum's"),
    ("nie mam gdzie mieszkać", "I have nowhere to live"),
    ("wynajmowałem mieszkanie", "I rented a flat"),
    ("mam długi", "I have debts"),
    ("szukam pracy", "I am looking for work"),
    ("nie chcę mówić", "I do not want to say"),
)
SPANISH = (
    ("vivía con mi madre", "I lived with my mother"),
    ("no tengo casa", "I have no home"),
    ("debo el alquiler", "I owe the rent"),
)


def manifest(folder: Path, *files: tuple[Path, str, str, int]) -> Path:
    """A manifest for packages in a folder."""
    entries = [
        {"file": file.name, "from": source, "to": target, "version": "0.1", "sha256": digest(file), "quality": quality}
        for file, source, target, quality in files
    ]
    made = folder / "manifest.json"
    made.write_text(json.dumps({"packages": entries}), encoding="utf-8")
    return made


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stick with three packages and their manifest: Polish, Spanish, and one (Romanian) that never stops talking."""
    folder = tmp_path_factory.mktemp("media")
    pl = make_package(folder / "translate-pl_en-0_1.argosmodel", "pl", "en", POLISH)
    es = make_package(folder / "translate-es_en-0_1.argosmodel", "es", "en", SPANISH)
    ro = make_package(folder / "translate-ro_en-0_1.argosmodel", "ro", "en", [("da", "yes"), ("nu", "no")], endless=True)
    manifest(folder, (pl, "pl", "en", 84), (es, "es", "en", 85), (ro, "ro", "en", 0))
    return folder


@pytest.fixture(scope="session")
def home(media: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("translation")
    add_packages(media / "manifest.json", folder)
    return folder


@pytest.fixture
def make_translator() -> Iterator[Callable[..., Translator]]:
    made: list[Translator] = []

    def make(home: Path, seconds: float = 20.0) -> Translator:
        made.append(Translator(home, seconds).start())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def translator(home: Path) -> Iterator[Translator]:
    one = Translator(home, 20.0).start()
    yield one
    one.close()
