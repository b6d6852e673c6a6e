"""Checks of what understanding is trained from: its data can be read, names what there is, and has enough of everything."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, Iterator, List, Text, Tuple

from bot.dialogue import patterns, words
from bot.dialogue.lines import ALERTS, COMMANDS, example_lines, read_lines, training_files
from bot.interview.definitions import Interview
from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError, read_yaml

# With fewer an option is guessed at. Lines said to other questions count too.
ENOUGH = 8
# What a line may say of its words. A key with a slip in it would teach the opposite: that nothing in them is urgent.
_KEYS = ("id", "voice", "open", "text", "answers", "clarify", "off", "private", "command", "alerts", "why")
_FLAGS = ("clarify", "off", "private")


def check_understanding(interview: Interview, root: Path = DATA) -> List[Text]:
    """Every error, one a line: file, place, what is wrong, the mend. Nothing where a data folder has no understanding."""
    if not (root / "understanding").is_dir():
        return []
    return [*_words(root), *_patterns(root), *_lines(interview, root)]


def _name(path: Path, root: Path) -> Text:
    return str(path.relative_to(root.parent.parent)) if path.is_relative_to(root) else str(path)


def _words(root: Path) -> Iterator[Text]:
    try:
        words.load_vocabulary(root)
    except ContentError as error:
        yield str(error)
    except (KeyError, TypeError, AttributeError) as error:
        files = f"{_name(root / words.FILE, root)} or {Path(words.SPELLING).name}"
        yield f"{files}: lacks a part or has it in another shape ({error}); see the file's remarks"


def _patterns(root: Path) -> Iterator[Text]:
    path = root / patterns.FILE
    try:
        data = read_yaml(path)
    except ContentError as error:
        yield str(error)
        return
    alerts = data.get("alerts")
    kinds: Dict[Text, Any] = {
        **(alerts if isinstance(alerts, dict) else {}),
        "private": data.get("private"),
        "spared": data.get("spared"),
    }
    if not isinstance(data.get("denied"), list):
        yield f"{_name(path, root)}:1: 'denied' is no list of words; write it as [used, denies]"
    outright = data.get("outright") or {}
    if not isinstance(outright, dict) or set(outright) - set(ALERTS):
        yield f"{_name(path, root)}:1: 'outright' has lists of patterns for {', '.join(ALERTS)}; take out what else it has"
        outright = {}
    kinds.update({f"outright: {kind}": found for kind, found in outright.items()})
    for kind in (*ALERTS, "private", "spared", *(f"outright: {kind}" for kind in outright)):
        if not isinstance(kinds.get(kind), list):
            yield f"{_name(path, root)}:1: has no list of patterns '{kind}'; write it"
            continue
        for pattern in kinds[kind]:
            try:
                patterns.expression(str(pattern))
            except patterns.PatternError as error:
                yield f"{_name(path, root)}:1: the pattern “{pattern}” cannot be read ({error}); mend it"


def _lines(interview: Interview, root: Path) -> Iterator[Text]:
    for path in training_files(root):
        seen: Dict[Text, int] = {}
        try:
            written = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            yield f"{_name(path, root)}:1: cannot be read as UTF-8 text; save it as UTF-8"
            continue
        for number, text in enumerate(written, 1):
            place = f"{_name(path, root)}:{number}"
            try:
                data = json.loads(text)
            except ValueError:
                yield f"{place}: is not JSON; write one object a line"
                continue
            for wrong in _wrong(interview, data):
                yield f"{place}: {wrong}"
            line_id = str(data.get("id")) if isinstance(data, dict) else ""
            if line_id in seen:
                yield f"{place}: has the id '{line_id}' of line {seen[line_id]}; rename one"
            seen[line_id] = number


def _wrong(interview: Interview, data: Any) -> Iterator[Text]:
    if not isinstance(data, dict) or not isinstance(data.get("text"), str) or not isinstance(data.get("answers"), dict):
        yield "has no 'text' or no 'answers'; see docs/content.md"
        return
    shape = _wrong_shape(data)
    if shape:
        yield from shape
        return
    if data.get("open") not in interview.by_id:
        yield f"'{data.get('open')}' is not a question; name the one that was open"
    if data.get("command") not in (None, *COMMANDS):
        yield f"'{data['command']}' is not a command; use one of {', '.join(COMMANDS)}"
    if not set(data.get("alerts") or ()) <= set(ALERTS):
        yield f"has an unknown alert; use {', '.join(ALERTS)}"
    if data.get("private") and data["answers"]:
        yield "is private and has answers; such words are never an answer"
    for name, options in data["answers"].items():
        question = interview.by_id.get(name)
        if question is None or not question.closed:
            yield f"'{name}' is not a question with options; remove it from the answers"
        elif question.sensitive:
            yield f"'{name}' is sensitive and is never answered by words; remove it"
        elif not isinstance(options, list) or not set(map(str, options)) <= set(question.by_id):
            yield f"'{name}' has no such option; use {', '.join(question.by_id)}"


def _wrong_shape(data: Dict[Text, Any]) -> List[Text]:
    """Keys that are not known, and values of another type than their key has."""
    found = [f"has the unknown key '{key}'; there are {', '.join(_KEYS)}" for key in data if key not in _KEYS]
    found += [
        f"'{key}' is neither true nor false; write one of them" for key in _FLAGS if not isinstance(data.get(key, False), bool)
    ]
    found += [f"'{key}' is no word; put it in quotation marks" for key in ("id", "open", "command") if not _word(data.get(key))]
    alerts = data.get("alerts", [])
    if not isinstance(alerts, list) or not all(isinstance(kind, str) for kind in alerts):
        found.append(f"'alerts' is no list of words; write it as [\"{ALERTS[0]}\"]")
    return found


def _word(value: Any) -> bool:
    return value is None or isinstance(value, str)


def few_examples(interview: Interview, root: Path = DATA) -> List[Tuple[Text, Text, int]]:
    """(question, option, how many) of the options with fewer examples than is enough."""
    counts: Counter = Counter()
    shared = {option for option, found in interview.shared_examples.items() if found}
    for line in (*example_lines(interview), *(line for path in training_files(root) for line in read_lines(path))):
        counts.update((name, option) for name, options in line.answers.items() for option in options)
    return [
        (question.id, option.id, counts[question.id, option.id])
        for question in interview.questions
        if question.closed and not question.sensitive
        for option in question.options
        if counts[question.id, option.id] < ENOUGH and option.id not in shared
    ]
