"""Easy read and reading age: what is measured of the English wording, by section, and what easy wording must keep to.

The grade is Flesch and Kincaid's: 0.39 words a sentence + 11.8 syllables a word − 15.59, about the school year that reads it with
ease. Single questions are noise, so it is taken of a section. It is offline and needs no corpus.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pyphen import Pyphen

from bot.interview.check_words import EASY_ERROR, EASY_WARNING, count_words, sentences
from bot.interview.definitions import LEVELS
from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.language.messages import PAGES, PAPERS, PLAN, Message

FILE = "easy_read.yml"
HERE, SECTION, INTERVIEW = "here", "section", "interview"
NEAR = (HERE, SECTION, INTERVIEW)
# So few sentences tell no grade.
TOO_FEW = 10
LONG_WORD = 4
HARDEST = 3
EASY = "easy"

_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’][A-Za-z]+)*|\d[\d.,]*")
_PLACEHOLDER = re.compile(r"\{\w*\}")
_LABEL = re.compile(r"\.option\.|\.end\.|\.title#|^(?:need|command|not_now|pathway)\.")
# What hyphenation and counting vowels both get wrong, as it is said: parts of common words.
_SAID = (
    (re.compile(r"^some(?=\w)"), "som"),
    (re.compile(r"^every"), "evri"),
    (re.compile(r"^any"), "enny"),
    (re.compile(r"(?<=[^aeiouy])e(?=(?:ty|ly|ment|ments|ful|less|ness)$)"), ""),
    (re.compile(r"['’]s?$"), ""),
)
_SILENT = re.compile(r"[^aeiouyl]e$|[aeiouy]le$|(?<![tde])ed$|(?<![sxzcg])(?<!ch)(?<!sh)es$")
_APART = re.compile(r"i[ao](?!us)|eo(?!pl)|[aeiou]ying$|iet|uet|ua[lt]|[dr]ea$")
_TOGETHER = re.compile(r"[tscg]ion|[tc]ia")

_NUMBERS = "two three four five six seven eight nine ten eleven twelve twenty hundred".split()
_FORBIDDEN = (
    (re.compile(r"\b[A-Z]{2,}\b"), "has initials or capitals", "write the words out in small letters"),
    (re.compile(r"%|\bper ?cent\b"), "has a percentage", "say it as a number of people or things"),
    (re.compile(r"(?<=[Pp]art )[IVX]\b"), "has a Roman numeral", "write 1, 2, 3"),
    (re.compile(r"</?(?:b|i|em|strong)>|\*\w|\b_\w+_\b"), "has marks of italics or bold", "leave them out"),
    (re.compile(r"\b(?:e\.g|i\.e|etc)\b"), "has a short form", "write it out"),
    (re.compile(rf"\b(?:{'|'.join(_NUMBERS)})\b", re.IGNORECASE), "has a number in letters", "use numerals"),
)


@dataclass(frozen=True, slots=True)
class Explained:
    """A word that a reader may not know, and what explains it near by."""

    word: str
    near: str
    by: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class EasyRead:
    """What ``bot/data/easy_read.yml`` says."""

    grades: Mapping[str, float]
    names: tuple[str, ...]
    explained: tuple[Explained, ...]
    known: frozenset[str]

    @cached_property
    def _names(self) -> re.Pattern[str]:
        longest = sorted(self.names, key=len, reverse=True)
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest)) or '(?!)'})(?!\w)", re.IGNORECASE)

    def without_names(self, text: str) -> str:
        """A text without names and {placeholders}."""
        return self._names.sub(" ", _PLACEHOLDER.sub(" ", text))


@dataclass(frozen=True, slots=True)
class Measure:
    """How hard some texts are. ``over_10`` and ``over_15`` count sentences by their words."""

    grade: float
    sentences: int
    over_10: int
    over_15: int


def load_easy_read(root: Path = DATA) -> EasyRead:
    """Raises ContentError, one line, for anything that has not its shape."""
    node = read_yaml(root / FILE)
    try:
        grades = {level: float(node["grades"][level]) for level in LEVELS}
        names = tuple(str(name) for group in node["names"] for name in group["names"] if group["because"])
        explained = tuple(_explained(entry) for entry in node["explained"])
        return EasyRead(grades, names, explained, frozenset(str(word).lower() for word in node["known"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ContentError(f"{FILE}:1: has not its shape ({error}); see the notes in the file") from None


def _explained(entry: Node) -> Explained:
    word, near, by = str(entry["word"]), str(entry["near"]), tuple(map(str, entry["by"]))
    if near not in NEAR or not by:
        raise ContentError(f"{FILE}:{entry.line}: '{word}' should have near: {', '.join(NEAR)} and by: what explains it")
    return Explained(word, near, by, entry.line)


# -- how hard it is to read


@cache
def _hyphenation() -> Pyphen:
    return Pyphen(lang="en_US")


@cache
def syllables(word: str) -> int:
    """How many syllables a word has: the greater of counting vowels and of hyphenation, which alone counts too few ("about": 1)."""
    said = word.lower()
    if said[:1].isdigit():
        return 1
    for pattern, to in _SAID:
        said = pattern.sub(to, said)
    count = len(re.findall(r"[aeiouyà-ɏ]+", said)) - bool(_SILENT.search(said))
    count += len(_APART.findall(_TOGETHER.sub("x", said)))
    return max(1, count, len(_hyphenation().positions(said)) + 1)


def words_of(text: str) -> list[str]:
    """The words that are counted; a number is one."""
    return _WORD.findall(text)


def grade(parts: Iterable[str]) -> float:
    """The grade of some sentences; 0.0 when there are none. Simple ones are below 0."""
    counted = [found for found in map(words_of, parts) if found]
    total = sum(map(len, counted))
    if not total:
        return 0.0
    return 0.39 * total / len(counted) + 11.8 * sum(syllables(word) for found in counted for word in found) / total - 15.59


def measure(messages: Iterable[Message], rules: EasyRead) -> Measure:
    """How hard some texts are, each sentence and each answer to choose a sentence of its own."""
    said = [part for message in messages for part in sentences(message.english)]
    lengths = [count_words(part) for part in said]
    return Measure(
        grade(map(rules.without_names, said)),
        len(said),
        sum(length > EASY_WARNING for length in lengths),
        sum(length > EASY_ERROR for length in lengths),
    )


def is_label(message: Message) -> bool:
    """Whether a text is no sentence: an answer to choose, a title, a button."""
    return bool(_LABEL.search(message.key))


def by_section(messages: Iterable[Message]) -> dict[tuple[str, str], list[Message]]:
    """(section, level) → its messages, in the order of the interview; then shared words, pages, plan and papers."""
    found: dict[tuple[str, str], list[Message]] = {}
    for message in messages:
        found.setdefault((message.file, message.level), []).append(message)
    return found


def table(messages: Iterable[Message], rules: EasyRead) -> Iterator[str]:
    """For each section the grade of all its texts and of its whole sentences, in plain and in easy, and its long sentences."""
    columns = "".join(f"{level:>8}{'in sentences':>14}{'sentences':>11}{'over 10':>9}{'over 15':>9}" for level in LEVELS)
    yield " " * 14 + columns
    found = by_section(messages)
    for section in dict.fromkeys(name for name, _ in found):
        cells = []
        for level in LEVELS:
            texts = found.get((section, level), [])
            whole, running = measure(texts, rules), measure((one for one in texts if not is_label(one)), rules)
            grades = (round(one.grade, 1) + 0.0 for one in (whole, running))  # no -0.0
            cells.append("{:8.1f}{:14.1f}".format(*grades) + f"{whole.sentences:11}{whole.over_10:9}{whole.over_15:9}")
        yield f"{section:14}" + "".join(cells)
    most = " and ".join(f"{rules.grades[level]:.1f} in {level}" for level in LEVELS)
    yield f"At most {most}. In easy no sentence is over {EASY_ERROR} words; at most {EASY_WARNING} is better."


# -- what is wrong


def check_readability(messages: Sequence[Message], rules: EasyRead) -> list[str]:
    """Every section that is too hard to read, with the sentences that weigh most, and every easy sentence that is too long."""
    found = []
    for (section, level), texts in by_section(messages).items():
        most = rules.grades[level]
        for what, some in (("", texts), ("'s whole sentences", [one for one in texts if not is_label(one)])):
            made = measure(some, rules)
            if made.sentences >= TOO_FEW and made.grade > most:
                weighing = "; ".join(f"{key} “{text}”" for key, text in _hardest(some, rules))
                found.append(
                    f"{section}: {level}{what} has grade {made.grade:.2f}, at most {most:.1f}; "
                    f"use shorter words and sentences, first in {weighing}"
                )
                break
    return found + [
        f"{message.context}: has an easy sentence of {count} words, “{part}”; at most {EASY_ERROR}, make two of it"
        for message, part, count in _long(messages)
        if count > EASY_ERROR
    ]


def warn_long(messages: Sequence[Message]) -> list[str]:
    """Easy sentences of pages, plan and papers that are longer than is good; ``check_words`` warns of those of the interview."""
    return [
        f"{message.context}: has an easy sentence of {count} words, “{part}”; better at most {EASY_WARNING}"
        for message, part, count in _long(messages)
        if EASY_WARNING < count <= EASY_ERROR and message.file in (PAGES, PLAN, PAPERS)
    ]


def _long(messages: Iterable[Message]) -> Iterator[tuple[Message, str, int]]:
    for message in messages:
        if message.level == EASY:
            for part in sentences(message.english):
                yield message, part, count_words(part)


def _hardest(messages: Iterable[Message], rules: EasyRead) -> list[tuple[str, str]]:
    """The sentences that raise the grade of their section most: hard ones, and of those the long ones first."""
    weighed = [
        ((grade([rules.without_names(part)]) + 3) * len(words_of(part)), message.context, part)
        for message in messages
        for part in sentences(message.english)
    ]
    return [(context, part) for _, context, part in sorted(weighed, reverse=True)[:HARDEST]]


def check_easy(messages: Sequence[Message], rules: EasyRead) -> list[str]:
    """What easy wording must not have, hard words that nothing near explains, and entries of the lists that nothing needs."""
    easy = [message for message in messages if message.level == EASY]
    found = [
        f"{message.context}: {what} in easy, “{hit[0]}”; {mend}"
        for message in easy
        for bare in [_bare(message.english, rules)]
        for pattern, what, mend in _FORBIDDEN
        for hit in [pattern.search(bare)]
        if hit
    ]
    everything = " ".join(message.english for message in easy).lower()
    listed = {word.lower() for one in rules.explained for word in one.word.split()} | rules.known
    found += [
        f"{message.context}: has the long word “{word}” in easy; use a shorter one, or explain it and list it in {FILE}"
        for message in easy
        for word in words_of(rules.without_names(message.english))
        if syllables(word) >= LONG_WORD and not {word.lower(), word.lower().rstrip("s")} & listed
    ]
    for one in rules.explained:
        found += _unexplained(one, easy)
    unused = [one.word for one in rules.explained if not _has(everything, one.word)]
    unused += [name for name in rules.names if not _has(everything, name)]
    unused += [word for word in sorted(rules.known) if not _has(everything, word)]
    return found + [f"{FILE}: '{word}' is in no easy text; take it off the list" for word in unused]


def _bare(text: str, rules: EasyRead) -> str:
    """A text without names and without initials that are explained."""
    bare = rules.without_names(text)
    for one in rules.explained:
        if one.word.isupper():
            bare = re.sub(rf"\b{one.word}s?\b", " ", bare)
    return bare


def _has(text: str, word: str) -> bool:
    wanted = word.lower()
    return wanted in text and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text) is not None


def _unexplained(one: Explained, easy: Sequence[Message]) -> Iterator[str]:
    """Where a hard word stands with no explanation near."""
    for message in easy:
        if not _has(message.english.lower(), one.word):
            continue
        near = " ".join(other.english for other in easy if _near(message, other, one.near)).lower()
        if not any(text.lower() in near for text in one.by):
            where = {HERE: "beside it", SECTION: f"in {message.file}", INTERVIEW: "anywhere"}[one.near]
            yield f"{message.context}: says “{one.word}” in easy and nothing {where} explains it; add “{one.by[0]}”"


def _near(message: Message, other: Message, near: str) -> bool:
    if near == HERE:
        return _text_of(message) == _text_of(other)
    return near == INTERVIEW or message.file == other.file


def _text_of(message: Message) -> str:
    """The question a text belongs to, or the text itself."""
    return ".".join(message.context.split(".")[:2])
