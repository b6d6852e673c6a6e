"""Argos packages: brought in by an operator from removable media, checked against a manifest, and again at each start.

A manifest is JSON: ``{"packages": [{"file", "from", "to", "version", "sha256", "quality"}]}``, beside the files it names.
argostranslate itself checks nothing: an archive could write into another package's folder, and damaged weights load without a word.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

RECORD = "installed.json"
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_VERSION = re.compile(r"[0-9][0-9A-Za-z.]{0,15}")
_MOST_BYTES = 1024**3
_MOST_FILES = 500


class PackageError(Exception):
    """A package cannot be used. ``str()`` is one line: which, why, and the mend."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An installed package. ``sha256`` is the archive's, ``tree`` the installed files', ``quality`` a COMET rating (0: none)."""

    name: str
    source: str
    target: str
    version: str
    sha256: str
    tree: str
    quality: int = 0


def add_packages(file: Path, home: Path) -> list[Installed]:
    """Install every package of a manifest, or the one package named, whose manifest (``manifest.json``) stands beside it.

    Nothing of a package is kept unless all of it is right; one that is installed already is replaced.

    Raises:
        PackageError: the manifest or a package is not what it should be.
    """
    manifest = file if file.suffix == ".json" else file.with_name("manifest.json")
    entries = _read_manifest(manifest)
    if file != manifest:
        entries = [entry for entry in entries if entry["file"] == file.name]
        if not entries:
            raise PackageError(f"{manifest}: does not name {file.name}; ask for the manifest that belongs to it")
    return [_install(manifest.parent / entry["file"], entry, home) for entry in entries]


def _read_manifest(file: Path) -> list[dict[str, Any]]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        entries = found["packages"]
    except OSError as error:
        raise PackageError(f"{file}: cannot be read ({error.strerror}); the manifest comes with the packages") from None
    except (ValueError, KeyError, TypeError):
        raise PackageError(f'{file}: is not a manifest; it holds {{"packages": [{{file, from, to, version, sha256}}]}}') from None
    for entry in entries:
        wrong = _wrong(entry)
        if wrong:
            raise PackageError(f"{file}: {wrong}")
    return list(entries)


def _wrong(entry: Any) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get("file"), str) or Path(entry["file"]).name != entry["file"]:
        return "an entry names no file beside the manifest"
    name = entry["file"]
    if not all(isinstance(entry.get(key), str) and _LANGUAGE.fullmatch(entry[key]) for key in ("from", "to")):
        return f"{name}: from and to are language codes such as pl and en"
    if not isinstance(entry.get("version"), str) or not _VERSION.fullmatch(entry["version"]):
        return f"{name}: version is a number such as 1.9"
    if not isinstance(entry.get("sha256"), str) or not re.fullmatch(r"[0-9a-f]{64}", entry["sha256"]):
        return f"{name}: sha256 is 64 hexadecimal digits"
    quality = entry.get("quality", 0)
    return "" if isinstance(quality, int) and 0 <= quality <= 100 else f"{name}: quality is a number from 0 to 100"


def _install(file: Path, entry: dict[str, Any], home: Path) -> Installed:
    try:
        with file.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise PackageError(f"{file}: cannot be read ({error.strerror}); put it beside the manifest") from None
    if digest != entry["sha256"]:
        raise PackageError(f"{file}: is not the file of the manifest (its sha256 differs); copy it again from where it came")
    root = home / "packages"
    root.mkdir(parents=True, exist_ok=True)
    name = f"translate-{entry['from']}_{entry['to']}-{entry['version'].replace('.', '_')}"
    aside = Path(tempfile.mkdtemp(prefix=".adding-", dir=root))
    try:
        unpacked = _unpack(file, aside)
        _check_metadata(file, unpacked, entry)
        quality = int(entry.get("quality", 0))
        done = Installed(name, entry["from"], entry["to"], entry["version"], digest, tree_digest(unpacked), quality)
        before = read_record(home)
        kept = {one.name: one for one in before if (one.source, one.target) != (done.source, done.target)}
        for old in before:
            if old.name not in kept:
                shutil.rmtree(root / old.name, ignore_errors=True)
        unpacked.replace(root / name)
        _write_record(home, [*kept.values(), done])
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return done


def _unpack(file: Path, aside: Path) -> Path:
    """Unpack into a folder of its own; the one folder it holds."""
    try:
        with zipfile.ZipFile(file) as archive:
            tops = _check_names(file, archive)
            archive.extractall(aside)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise PackageError(f"{file}: is not a package that can be unpacked ({type(error).__name__}); copy it again") from None
    return aside / tops


def _check_names(file: Path, archive: zipfile.ZipFile) -> str:
    """Every name lies in one folder, and nothing is more than a plain file. The name of that folder."""
    infos = archive.infolist()
    if not infos or len(infos) > _MOST_FILES or sum(info.file_size for info in infos) > _MOST_BYTES:
        raise PackageError(f"{file}: is empty or far too big for a package; do not use it")
    tops = set()
    for info in infos:
        path = PurePosixPath(info.filename)
        link = (info.external_attr >> 16) & 0o170000 == 0o120000
        strange = "\\" in info.filename or "\0" in info.orig_filename or not path.parts
        if strange or link or path.is_absolute() or ".." in path.parts:
            raise PackageError(f"{file}: would write outside its own folder; do not use it")
        tops.add(path.parts[0])
    if len(tops) != 1 or tops & {".", ".."} or next(iter(tops)).startswith("."):
        raise PackageError(f"{file}: does not hold exactly one folder; it is not an Argos package")
    return tops.pop()


def _check_metadata(file: Path, folder: Path, entry: dict[str, Any]) -> None:
    try:
        metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        found = (metadata["from_code"], metadata["to_code"])
    except (OSError, ValueError, KeyError, TypeError):
        raise PackageError(f"{file}: has no metadata.json that can be read; it is not an Argos package") from None
    if found != (entry["from"], entry["to"]):
        raise PackageError(f"{file}: translates other languages than the manifest says; ask for the right one")
    words = any((folder / name).is_file() for name in ("sentencepiece.model", "bpe.model"))
    if not words or not (folder / "model" / "model.bin").is_file():
        raise PackageError(f"{file}: lacks its model; it is not a whole Argos package")


def tree_digest(folder: Path) -> str:
    """One digest over the names and contents of every file in a folder. Raises OSError."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise OSError("a link in a package")
        if path.is_file():
            with path.open("rb") as source:
                digest = hashlib.file_digest(source, "sha256").hexdigest()
            whole.update(f"{path.relative_to(folder).as_posix()}\0{digest}\n".encode())
    return whole.hexdigest()


def read_record(home: Path) -> list[Installed]:
    """What was installed; nothing if the record cannot be read (``verified`` then finds nothing to use)."""
    try:
        return [Installed(**entry) for entry in json.loads((home / RECORD).read_text(encoding="utf-8"))]
    except (OSError, ValueError, TypeError):
        return []


def _write_record(home: Path, installed: list[Installed]) -> None:
    aside = home / f".{RECORD}"
    aside.write_text(json.dumps([asdict(one) for one in installed], indent=1), encoding="utf-8")
    os.replace(aside, home / RECORD)


def verified(home: Path) -> Iterator[tuple[Installed, str]]:
    """Every installed package and what is wrong with it now ("" if nothing). Reads all of its files."""
    for one in read_record(home):
        try:
            right = tree_digest(home / "packages" / one.name) == one.tree
        except OSError:
            right = False
        yield one, "" if right else f"{one.name}: its files are not those that were installed; add it again (bcst2 language add)"
