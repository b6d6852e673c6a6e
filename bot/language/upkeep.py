"""Keeping catalogues up with the content: what ``bcst2 language`` does. Nothing here is needed to run an interview."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import write_po

from bot.interview.yamlfile import ContentError
from bot.language.catalogue import CATALOGUES, read_catalogue
from bot.language.languages import ENGLISH, Language
from bot.language.messages import Message, placeholders

# Code pages of spreadsheets: Windows of Western, of Central Europe, of Turkey and of the Baltic.
CODE_PAGES = ("cp1252", "cp1250", "cp1254", "cp1257")
# With more texts than so many read in another code page the whole table was saved wrongly: what looks right may not be.
MOST_MISREAD = 3
COLUMNS = ("key", "note", "english", "translation", "look_at")
# Letters of these scripts may stand in any text: names, abbreviations and addresses keep their own.
ANYWHERE = ("COMMON", "INHERITED")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a language is. ``fuzzy`` entries have a translation of an earlier English text."""

    total: int
    done: int
    fuzzy: int

    @property
    def complete(self) -> float:
        """0 to 1, rounded down: only a complete catalogue is 1.0."""
        return int(self.done / self.total * 1000) / 1000 if self.total else 0.0


def entries(code: str, root: Path = CATALOGUES) -> dict[str, Entry]:
    """Every entry of a language by its ``msgctxt``; none for a language without a folder. Raises ContentError."""
    found: dict[str, Entry] = {}
    for file in sorted((root / code).glob("*.po")):
        for entry in read_catalogue(file, code):
            if entry.id and entry.context:
                found[str(entry.context)] = entry
    return found


def progress(code: str, wanted: Sequence[Message], root: Path = CATALOGUES) -> Progress:
    """How much of what is wanted a language has."""
    have = entries(code, root)
    kept = [have[message.key] for message in wanted if message.key in have and have[message.key].string]
    current = [entry for entry, message in ((have.get(m.key), m) for m in wanted) if entry and _current(entry, message)]
    return Progress(len(wanted), len(current), len(kept) - len(current))


def _current(entry: Entry, message: Message) -> bool:
    return bool(entry.string) and not entry.fuzzy and entry.id == message.english


def update(language: Language, wanted: Sequence[Message], root: Path = CATALOGUES) -> Progress:
    """Write a language's catalogue anew from today's English: new texts empty, changed ones marked fuzzy with the text before.

    What is not said any more is dropped; version control keeps it.
    """
    _write(language, wanted, {}, root)
    return progress(language.code, wanted, root)


def _write(language: Language, wanted: Sequence[Message], given: Mapping[str, str], root: Path) -> None:
    before = entries(language.code, root)
    folder = root / language.code
    folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, Catalog] = {}
    for message in wanted:
        catalog = files.setdefault(message.file, Catalog(domain=language.code, project="bcst2", fuzzy=False))
        old = before.get(message.key)
        string, flags = given.get(message.key, ""), set[str]()
        previous: tuple[str, ...] = ()
        if not string and old is not None and old.string:
            string = str(old.string)
            if old.id != message.english or old.fuzzy:
                flags, previous = {"fuzzy"}, tuple(str(one) for one in old.previous_id or (old.id,))
        catalog.add(
            message.english, string, flags=flags, auto_comments=[message.note] if message.note else [],
            user_comments=list(old.user_comments) if old is not None else [], previous_id=previous, context=message.key,
        )  # fmt: skip
    for file in folder.glob("*.po"):
        if file.stem not in files:
            file.unlink()
    for name, catalog in files.items():
        _write_file(folder / f"{name}.po", language, catalog)


def _write_file(file: Path, language: Language, catalog: Catalog) -> None:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, omit_header=True, include_previous=True)
    head = f'# {language.english}: {file.stem}. See docs/languages.md.\nmsgid ""\nmsgstr ""\n'
    head += f'"Language: {language.code}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    file.write_text(head + buffer.getvalue().decode("utf-8"), encoding="utf-8")


def to_csv(code: str, wanted: Sequence[Message], only_open: bool, root: Path = CATALOGUES) -> str:
    """The texts as a table for a translator: one row each, ``look_at`` says what is new or has changed."""
    have = entries(code, root)
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for message in wanted:
        entry = have.get(message.key)
        state = "new" if entry is None or not entry.string else "" if _current(entry, message) else "changed"
        if state or not only_open:
            table.writerow([message.key, message.note, message.english, "" if entry is None else entry.string or "", state])
    return out.getvalue()


def read_translations(file: Path) -> dict[str, str]:
    """Translations by key: a table as ``to_csv`` gives it, or JSON ``{key: translation}``. Raises ContentError."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise ContentError(f"{file}: cannot be read as UTF-8 text; save it as UTF-8") from None
    if file.suffix == ".json":
        try:
            found = json.loads(text)
        except ValueError as error:
            raise ContentError(f"{file}: is not JSON ({error})") from None
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise ContentError(f"{file}: is not one object of texts; write {{key: translation}}")
        return _as_saved(file, found)
    rows = csv.DictReader(io.StringIO(text))
    if not {"key", "translation"} <= set(rows.fieldnames or ()):
        raise ContentError(f"{file}: the first line has to name the columns key and translation")
    return _as_saved(file, {row["key"]: row["translation"] or "" for row in rows})


def _as_saved(file: Path, given: dict[str, str]) -> dict[str, str]:
    """What was read of a file; refused whole where a program has spoilt its letters."""
    spoilt = [key for key, text in given.items() if misread(text)]
    if len(spoilt) > MOST_MISREAD:
        raise ContentError(
            f"{file}: {len(spoilt)} texts, {spoilt[0]} the first, have letters such as “Å‚” for “ł”: the table was opened or saved "
            "in another code page, and nothing was taken. Export it again, open it as UTF-8, and save it as CSV UTF-8"
        )
    return given


def misread(text: str) -> bool:
    """Whether a text is UTF-8 that a program took for letters of its own code page, or has lost letters on the way."""
    return "\ufffd" in text or any(_is_utf8(text, page) for page in CODE_PAGES)


def _is_utf8(text: str, page: str) -> bool:
    if text.isascii():
        return False
    try:
        # Bytes that the code page leaves open come through as control characters of the same number.
        read = b"".join(bytes([ord(one)]) if "\x80" <= one <= "\x9f" else one.encode(page) for one in text)
        read.decode("utf-8")
    except UnicodeError:
        return False
    return True


def fill(language: Language, wanted: Sequence[Message], given: Mapping[str, str], root: Path = CATALOGUES) -> tuple[int, list[str]]:
    """Put translations into a catalogue: how many were taken, and what was not and why. The rest stays as it was.

    An easy text whose English is the plain one's too may be left out: the plain translation is taken for it.
    """
    by_key = {message.key: message for message in wanted}
    problems = [f"{key}: is no text of today's; leave it out" for key in given if key not in by_key]
    taken: dict[str, str] = {}
    for key, text in given.items():
        message = by_key.get(key)
        if message is None or not text.strip():
            continue
        wrong = wrong_with(message, text.strip(), language)
        if wrong:
            problems.append(f"{key}: {wrong}")
        else:
            taken[key] = unicodedata.normalize("NFC", text.strip())
    count = len(taken)
    have = entries(language.code, root)
    for key, message in by_key.items():
        plain = by_key.get(f"{message.context}#plain")
        if key not in taken and plain is not None and message.english == plain.english and plain.key in taken:
            entry = have.get(key)
            if entry is None or not _current(entry, message):
                taken[key] = taken[plain.key]
    _write(language, wanted, taken, root)
    return count, problems


def wrong_with(message: Message, text: str, language: Language) -> str:
    """What is wrong with one translation, empty if nothing."""
    try:
        names = placeholders(text)
    except ValueError:
        return "has a brace without its partner; keep {…} as in the English"
    if names != message.placeholders:
        lost, new = message.placeholders - names, names - message.placeholders
        said = [f"lost {{{name}}}" for name in sorted(lost)] + [f"has an unknown {{{name}}}" for name in sorted(new)]
        return ", ".join(said)
    if misread(text):
        return "has letters of another code page, such as “Å‚” for “ł”; open the table as UTF-8 and save it as CSV UTF-8"
    strange = _strange_letters(text, language.script, message.english)
    return f"has letters of another script: {strange}" if strange else ""


def _strange_letters(text: str, script: str, english: str) -> str:
    """Letters that are neither of the language's script nor Latin nor in the English text (a language's own name)."""
    allowed = {script, "LATIN"}
    strange = {
        letter
        for letter in text
        if letter.isalpha() and letter not in english and unicodedata.name(letter, "?").split()[0] not in allowed
    }
    return " ".join(sorted(strange))


def check_language(
    language: Language, wanted: Sequence[Message], root: Path = CATALOGUES, each_missing: bool = True
) -> Iterator[str]:
    """Everything wrong with a catalogue: what is missing, fuzzy, unknown, broken, in the wrong script, or still English.

    ``each_missing``: a line for each text without a translation, as a translator needs them.
    """
    have = entries(language.code, root)
    keys = {message.key for message in wanted}
    for key in have.keys() - keys:
        yield f"{language.code}: '{key}' is no text any more; run bcst2 language update"
    for message in wanted:
        entry = have.get(message.key)
        where = f"{language.code}/{message.file}.po: '{message.key}'"
        if entry is None or not entry.string:
            if each_missing:
                yield f"{where} has no translation"
        elif not _current(entry, message):
            yield f"{where} translates an earlier English text; look at it and take the mark 'fuzzy' away"
        else:
            wrong = wrong_with(message, str(entry.string), language)
            if wrong:
                yield f"{where} {wrong}"
            elif message.context not in language.as_english and _still_english(message.english, str(entry.string)):
                yield f"{where} is still in English"


def texts_by_part(language: Language, wanted: Sequence[Message], root: Path = CATALOGUES) -> dict[str, list[tuple[str, str]]]:
    """What a language says now: for each part of the catalogue its texts with their keys, in the order they are said.

    Without what stays as it is: texts that equal the English on purpose, and names of languages in their own letters.
    """
    have = entries(language.code, root)
    found: dict[str, list[tuple[str, str]]] = {}
    for message in wanted:
        entry = have.get(message.key)
        kept = message.context in language.as_english or _strange_letters(message.english, "LATIN", "")
        if entry is not None and _current(entry, message) and not kept:
            found.setdefault(message.file, []).append((message.key, str(entry.string)))
    return found


def _still_english(english: str, text: str) -> bool:
    """A whole sentence left as it was. Names, numbers and single words may be the same in two languages."""
    return english == text and len(english.split()) > 2 and "{" not in english


def check_all(languages: Iterable[Language], wanted: Sequence[Message], root: Path = CATALOGUES) -> list[str]:
    """What is wrong in the languages that claim to be complete; what is missing in one line a language."""
    found: list[str] = []
    for one in languages:
        if one.complete and one.code != ENGLISH:
            have = entries(one.code, root)
            missing = [message.key for message in wanted if message.key not in have or not have[message.key].string]
            if missing:
                texts = f"{len(missing)} text{'' if len(missing) == 1 else 's'} missing, first '{missing[0]}'"
                found.append(f"{one.code}: {texts}; run `bcst2 language update`, translate, or take `complete: true` away")
            found += check_language(one, wanted, root, each_missing=False)
    return found
