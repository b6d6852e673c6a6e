"""``bcst2 language``: catalogues for translators. Each language is a folder of gettext files; see docs/languages.md."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.interview.definitions import LEVELS
from bot.interview.loading import DATA, load_interview
from bot.interview.yamlfile import ContentError, read_yaml
from bot.language.catalogue import Catalogues
from bot.language.languages import ENGLISH, Language, load_languages
from bot.language.messages import Message, messages
from bot.language.papers import load_papers
from bot.language.speech import Speech
from bot.language.upkeep import check_language, fill, read_translations, texts_by_part, to_csv, update
from bot.language.wording import Wording
from bot.plan.loading import load_plan
from bot.settings import read_settings
from bot.translation.leftover import left_over_in
from bot.translation.packages import PackageError, add_packages
from bot.web.phrases import FILE as PHRASES


def add(subparsers: Any) -> None:
    """Describe the subcommand."""
    parser = subparsers.add_parser("language", help="catalogues of translations: start, update, fill, check")
    does = parser.add_subparsers(dest="does", required=True, metavar="WHAT")
    bring = does.add_parser("update", help="bring a catalogue up to today's English; makes an empty one for a new language")
    bring.add_argument("code", nargs="*", help="languages of bot/data/languages.yml; all when left out")
    give = does.add_parser("export", help="write the texts as a table (CSV) for a translator")
    give.add_argument("code")
    give.add_argument("--out", type=Path, required=True, metavar="FILE")
    give.add_argument("--open", action="store_true", help="only what is new or has changed")
    take = does.add_parser("import", help="put a translator's table (CSV, or JSON) into the catalogue")
    take.add_argument("code")
    take.add_argument("file", type=Path, nargs="+")
    put = does.add_parser("add", help="install packages for machine translation of free text from removable media")
    put.add_argument("file", type=Path, help="a manifest, or a package with manifest.json beside it; see docs/languages.md")
    sounds = does.add_parser("sounds", help="make the sound of every question of a language ahead of time (about 300 MB)")
    sounds.add_argument("code")
    look = does.add_parser("check", help="say what is missing, changed or broken in a language")
    look.add_argument("code")


def all_messages(root: Path = DATA) -> list[Message]:
    """Every text that is said to a person. Raises ContentError."""
    interview = load_interview(root)
    phrases = {name: dict(levels) for name, levels in read_yaml(PHRASES)["phrases"].items()}
    return messages(interview, Wording(interview, root), phrases, load_plan(root), load_papers(root))


def run(args: argparse.Namespace) -> int:
    """Do one of them; 2 if something was wrong."""
    if args.does == "add":
        return _add(args.file)
    if args.does == "sounds":
        return _sounds(args.code)
    known = load_languages()
    codes = args.code if isinstance(args.code, list) else [args.code]
    languages = [_language(known, code) for code in codes] or [one for one in known.values() if one.code != ENGLISH]
    try:
        wanted = all_messages()
        if args.does == "update":
            return _update(languages, wanted)
        if args.does == "export":
            # With the byte order mark: without it a spreadsheet takes the letters for those of its own code page.
            args.out.write_text(to_csv(languages[0].code, wanted, args.open), encoding="utf-8-sig")
            return 0
        if args.does == "import":
            return _import(languages[0], wanted, args.file)
        problems = list(check_language(languages[0], wanted))
        problems += left_over_in(languages[0], texts_by_part(languages[0], wanted))
    except ContentError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{args.out}: cannot be written ({error.strerror}); choose another place") from None
    for line in problems:
        say(line)
    say(f"{len(problems)} to look at")
    return 2 if problems else 0


def _language(known: dict[str, Language], code: str) -> Language:
    if code == ENGLISH:
        raise UserError("English is written in bot/data, not in a catalogue")
    if code not in known:
        raise UserError(f"{code}: is no language of bot/data/languages.yml; add it there first ({', '.join(known)})")
    return known[code]


def _update(languages: Sequence[Language], wanted: Sequence[Message]) -> int:
    for language in languages:
        now = update(language, wanted)
        say(f"{language.code}: {now.done} of {now.total} texts, {now.fuzzy} to look at again")
    return 0


def _import(language: Language, wanted: Sequence[Message], files: Sequence[Path]) -> int:
    bad = 0
    for file in files:
        taken, problems = fill(language, wanted, read_translations(file))
        for line in problems:
            say(f"{file.name}: {line}")
        say(f"{file.name}: {taken} texts taken")
        bad += len(problems)
    return 2 if bad else 0


def _sounds(code: str) -> int:
    """What the pages would otherwise make when somebody first taps the speaker."""
    # Here and not above: it brings the database's libraries along, and other commands read this module.
    from bot.web.view import spoken

    interview, known = load_interview(), load_languages()
    wording = Wording(interview, lookup=Catalogues().lookup)
    speech = Speech(read_settings().home / "speech", {name: one.speech for name, one in known.items() if one.speech})
    if code not in known or not speech.can(code):
        raise UserError(
            f"{code}: there is no voice for it on this machine; see speech in bot/data/languages.yml and run bcst2 doctor"
        )
    texts = []
    for question in interview.questions:
        for level in LEVELS:
            words = wording.question(question, code, level)
            choices = (
                [] if question.reads_back else [wording.option(question, option.id, code, level) for option in question.options]
            )
            texts += [spoken(words.ask, choices), words.why, words.help]
    say(f"{code}: the sound of {speech.prepare(texts, code)} texts is ready")
    return 0


def _add(file: Path) -> int:
    try:
        done = add_packages(file, read_settings().home / "translation")
    except PackageError as error:
        raise UserError(str(error)) from None
    except OSError as error:
        raise UserError(f"{file}: could not be installed ({error.strerror}); look at the disk and try again") from None
    for one in done:
        say(f"{one.name}: {one.source} to {one.target}, version {one.version}, is installed; start the assistant again to use it")
    return 0
