"""Building the interview from the files of ``bot/data``. Every mistake of shape is collected, none stops the reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.interview.definitions import (
    GO_ON,
    KINDS,
    NONE,
    NOT_NOW,
    AskedBy,
    Implied,
    Interview,
    Need,
    Option,
    Peer,
    Question,
    Section,
    Words,
)
from bot.interview.rules import ALWAYS, Rule, RuleError, both, compile_rule, finite
from bot.interview.yamlfile import ContentError, Node, read_yaml

DATA = Path(__file__).resolve().parent.parent / "data"
WORKER_MODE = compile_rule({"is": ["interview.mode", "worker"]})
REVIEW = compile_rule({"is": ["interview.kind", "prerelease"]})

_HEAD_KEYS = frozenset("sections not_now none_of_these limits shared_examples overheard review".split())
_REVIEW_KEYS = frozenset("plain easy options not sensitive because".split())
_SECTION_KEYS = frozenset("section pathway title intro when because questions".split())
_QUESTION_KEYS = frozenset(
    "id kind asked_of sensitive private off_paper optional urgent carry wish peer when because plain easy options options_from "
    "needs_of examples min max at_most reads_back implied depends_on ends".split()
)
_OPTION_KEYS = frozenset("id plain easy exclusive when peer off_paper examples".split())
_WORDS_KEYS = frozenset("ask why help ends".split())
_NEEDS_KEYS = frozenset("pathway needs".split())
_NEED_KEYS = frozenset("id when source factor plain easy because asked_by examples sensitive off_paper".split())
_ASKED_BY_KEYS = frozenset("question wanted".split())


class Problems:
    """Collects errors as one line each, ``file:line: what; the mend``. ``unread``: those of files that cannot be read at all."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lines, self.unread = list[str](), list[str]()

    def add(self, file: str, line: int, text: str) -> None:
        self.lines.append(f"{file}:{line}: {text}")

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.root.parent.parent)) if path.is_relative_to(self.root) else str(path)

    def read(self, path: Path) -> Node:
        try:
            return read_yaml(path)
        except ContentError as error:
            self.unread.append(str(error).replace(str(self.root.parent.parent) + "/", ""))
            self.lines.append(self.unread[-1])
            return Node()


@dataclass(frozen=True, slots=True)
class Reader:
    """Takes values of the shape they should have out of one file; what has another shape is a problem and reads as absent."""

    problems: Problems
    file: str

    def wrong(self, node: Node, key: str, text: str) -> None:
        self.problems.add(self.file, node.line_of(key), text)

    def keys(self, node: Node, known: frozenset[str], what: str) -> None:
        for key in node:
            if key not in known:
                self.wrong(node, key, f"unknown key '{key}' on {what}; see docs/content.md")

    def word(self, node: Node, key: str) -> str:
        """An id or another short word; empty if it is absent."""
        value = node.get(key)
        if isinstance(value, bool) or not isinstance(value, (str, int, type(None))):
            self.wrong(node, key, f"'{key}' should be a word; write it in quotation marks")
            return ""
        return "" if value is None else str(value)

    def maybe(self, node: Node, key: str) -> str | None:
        return self.word(node, key) or None

    def text(self, node: Node, key: str, what: str) -> str:
        """Words that must be there."""
        value = node.get(key)
        if not isinstance(value, str) or not value.strip():
            self.wrong(node, key, f"{what} has no '{key}' words; write them")
            return ""
        return value.strip()

    def flag(self, node: Node, key: str, default: bool = False) -> bool:
        value = node.get(key, default)
        if not isinstance(value, bool):
            self.wrong(node, key, f"'{key}' is neither true nor false; write one of them")
            return default
        return value

    def number(self, node: Node, key: str) -> float | None:
        value = node.get(key)
        if value is None or finite(value):
            return value
        self.wrong(node, key, f"'{key}' should be a number")
        return None

    def words(self, node: Node, key: str) -> tuple[str, ...]:
        """A list of words."""
        value = node.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, (str, int)) and not isinstance(item, bool) for item in value):
            self.wrong(node, key, f"'{key}' should be a list of words; put each in quotation marks")
            return ()
        return tuple(map(str, value))

    def node(self, node: Node, key: str) -> Node:
        """A mapping; an empty one if it is absent."""
        value = node.get(key)
        if value is not None and not isinstance(value, Node):
            self.wrong(node, key, f"'{key}' should be a mapping (key: value)")
        return value if isinstance(value, Node) else Node(node.line_of(key))

    def nodes(self, node: Node, key: str) -> list[Node]:
        """A list of mappings."""
        value = node.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, Node) for item in value):
            self.wrong(node, key, f"'{key}' should be a list of mappings (- key: value)")
        return [item for item in value if isinstance(item, Node)] if isinstance(value, list) else []

    def rule(self, node: Node, key: str) -> Rule:
        if key not in node:
            return ALWAYS
        try:
            if node[key] is None:
                raise RuleError(f"'{key}' is empty; write a rule or remove it")
            return compile_rule(node[key])
        except RuleError as error:
            self.wrong(node, key, str(error))
            return ALWAYS

    def levels(self, node: Node, key: str, what: str) -> dict[str, str]:
        """Words in both levels."""
        entry = self.node(node, key)
        return {level: self.text(entry, level, what) for level in ("plain", "easy")}


class Loader:
    """Reads ``interview.yml``, the needs and the sections of one data folder."""

    def __init__(self, root: Path = DATA) -> None:
        self.root = root
        self.problems = Problems(root)
        self.head = Node()
        self.head_reader = self._reader(root / "interview.yml")
        self.needs: tuple[Need, ...] = ()

    def _reader(self, path: Path) -> Reader:
        return Reader(self.problems, self.problems.name(path))

    def load(self) -> Interview:
        """Build the interview; ``self.problems.lines`` then holds what is wrong with its shape."""
        self.head = head = self.problems.read(self.root / "interview.yml")
        reader = self.head_reader
        reader.keys(head, _HEAD_KEYS, "the interview")
        self.needs = tuple(need for path in sorted((self.root / "needs").glob("*.yml")) for need in self._needs(path))
        sections = tuple(self._section(self.root / "questions" / f"{name}.yml", name) for name in reader.words(head, "sections"))
        questions = tuple(question for section in sections for question in section.questions)
        by_id: dict[str, Question] = {}
        for question in questions:
            other = by_id.setdefault(question.id, question)
            if other is not question:
                self.problems.add(
                    question.file, question.line, f"the id '{question.id}' stands at {other.file}:{other.line} too; rename one"
                )
        shared, limits = reader.node(head, "shared_examples"), reader.node(head, "limits")
        return Interview(
            sections=sections,
            questions=questions,
            needs=self.needs,
            not_now=self._not_now(),
            shared_examples={key: reader.words(shared, key) for key in shared},
            limits={key: int(reader.number(limits, key) or 0) for key in limits},
            by_id=by_id,
            position={question.id: index for index, question in enumerate(questions)},
            section_by_id={section.id: section for section in sections},
            overheard=reader.rule(head, "overheard") if "overheard" in head else None,
            consents=frozenset({GO_ON, *self._consents(self.root / "plan" / "consents.yml")}) & by_id.keys(),
        )

    def _consents(self, path: Path) -> Iterator[str]:
        """What ``plan/consents.yml`` names; the plan checks it."""
        found = self.problems.read(path).get("consents") if path.is_file() else None
        for entry in found if isinstance(found, list) else ():
            if isinstance(entry, Node):
                yield str(entry.get("question"))

    def _not_now(self) -> dict[str, dict[str, str]]:
        reader, head = self.head_reader, self.head
        found = {}
        for entry in reader.nodes(head, "not_now"):
            name = reader.word(entry, "id")
            found[name] = {level: reader.text(entry, level, f"the answer '{name}'") for level in ("plain", "easy")}
        if head and set(found) != set(NOT_NOW):
            reader.wrong(head, "not_now", f"'not_now' should have the ids {', '.join(NOT_NOW)}, each once")
        return found

    def _needs(self, path: Path) -> list[Need]:
        reader = self._reader(path)
        node = self.problems.read(path)
        reader.keys(node, _NEEDS_KEYS, "a file of needs")
        return [self._need(reader, entry, reader.word(node, "pathway")) for entry in reader.nodes(node, "needs")]

    def _need(self, reader: Reader, entry: Node, pathway: str) -> Need:
        need_id = reader.word(entry, "id")
        what = f"the need '{need_id}'"
        reader.keys(entry, _NEED_KEYS, what)
        asked_by = reader.node(entry, "asked_by")
        reader.keys(asked_by, _ASKED_BY_KEYS, f"'asked_by' of {what}")
        return Need(
            id=need_id, pathway=pathway, when=reader.rule(entry, "when"), source=reader.word(entry, "source"),
            plain=reader.text(entry, "plain", what), easy=reader.text(entry, "easy", what),
            because=reader.text(entry, "because", what),
            asked_by=AskedBy(reader.word(asked_by, "question"), reader.words(asked_by, "wanted")) if asked_by else None,
            factor=reader.maybe(entry, "factor"), sensitive=reader.flag(entry, "sensitive"),
            off_paper=reader.flag(entry, "off_paper"), examples=reader.words(entry, "examples"), file=reader.file, line=entry.line,
        )  # fmt: skip

    def _section(self, path: Path, name: str) -> Section:
        reader = self._reader(path)
        node = self.problems.read(path)
        if node:
            reader.keys(node, _SECTION_KEYS, "a section")
            if node.get("section") != name:
                reader.wrong(node, "section", f"'section' should be '{name}', as the file is named")
        rule = reader.rule(node, "when")
        entries = reader.nodes(node, "questions")
        if node and not entries:
            reader.wrong(node, "questions", f"the section '{name}' has no questions; add one")
        pathway = reader.maybe(node, "pathway")
        questions = [self._question(reader, entry, name, pathway, rule) for entry in entries]
        review = self._review(name, pathway, rule)
        return Section(
            id=name,
            pathway=pathway,
            title=reader.levels(node, "title", "the title") if node else {"plain": name, "easy": name},
            intro=reader.levels(node, "intro", "the intro") if "intro" in node else {},
            questions=tuple(([review] if review else []) + questions),
            when=rule,
            file=reader.file,
            line=node.line,
        )

    def _review(self, name: str, pathway: str | None, rule: Rule) -> Question | None:
        """The question a pre-release review opens a section with; written once for all in ``interview.yml``."""
        reader = self.head_reader
        template = reader.node(self.head, "review")
        if not template or name in reader.words(template, "not"):
            return None
        reader.keys(template, _REVIEW_KEYS, "'review'")
        options = tuple(self._option(reader, entry) for entry in reader.nodes(template, "options"))
        return Question(
            id=f"still_right_{name}",
            section=name,
            kind="one",
            plain=_words(reader, template, "plain", Node()),
            easy=_words(reader, template, "easy", Node()),
            options=options,
            rule=both(rule, REVIEW),
            when=REVIEW,
            carry=False,
            sensitive=name in reader.words(template, "sensitive"),
            reads_back=name,
            pathway=pathway,
            file=reader.file,
            line=template.line,
            by_id={option.id: option for option in options},
        )

    def _option(self, reader: Reader, entry: Node) -> Option:
        option_id = reader.word(entry, "id")
        what = f"the option '{option_id}'"
        reader.keys(entry, _OPTION_KEYS, what)
        return Option(
            id=option_id,
            plain=reader.text(entry, "plain", what),
            easy=reader.text(entry, "easy", what),
            exclusive=reader.flag(entry, "exclusive"),
            when=reader.rule(entry, "when"),
            peer=reader.maybe(entry, "peer"),
            off_paper=reader.flag(entry, "off_paper"),
            examples=reader.words(entry, "examples"),
            line=entry.line,
        )

    def _options(self, reader: Reader, entry: Node, wanted: str | None) -> tuple[Option, ...]:
        options = [self._option(reader, option) for option in reader.nodes(entry, "options")]
        if wanted is not None:
            options += [
                _offered(need) for need in self.needs if need.pathway == wanted and need.asked_by is None and not need.sensitive
            ]
            head = self.head_reader
            none = head.node(self.head, "none_of_these")
            plain, easy = (head.text(none, level, "'none_of_these'") for level in ("plain", "easy"))
            options.append(Option(NONE, plain, easy, exclusive=True, examples=head.words(none, "examples"), line=entry.line))
        return tuple(options)

    def _question(self, reader: Reader, entry: Node, section: str, pathway: str | None, section_rule: Rule) -> Question:
        question_id = reader.word(entry, "id")
        kind = reader.word(entry, "kind")
        asked_of = reader.word(entry, "asked_of") or "person"
        reader.keys(entry, _QUESTION_KEYS, f"'{question_id}'")
        if kind not in KINDS:
            reader.wrong(entry, "kind", f"'{question_id}' has no known kind; use one of {', '.join(KINDS)}")
        if asked_of not in ("person", "worker"):
            reader.wrong(entry, "asked_of", f"'{question_id}' is asked_of '{asked_of}'; use person or worker")
        if entry.get("options_from", "needs") != "needs":
            reader.wrong(entry, "options_from", "'options_from' can only be 'needs'")
        own = reader.rule(entry, "when")
        rule = both(section_rule, own)
        if asked_of == "worker":
            rule = both(WORKER_MODE, rule)
        wanted = (reader.word(entry, "needs_of") or pathway or "") if "options_from" in entry else None
        options = self._options(reader, entry, wanted)
        ends, peer, implied = (reader.node(entry, key) for key in ("ends", "peer", "implied"))
        scale, at_most = kind == "scale", reader.number(entry, "at_most")
        return Question(
            id=question_id,
            section=section,
            kind=kind,
            plain=_words(reader, entry, "plain", ends),
            easy=_words(reader, entry, "easy", ends),
            options=options,
            rule=rule,
            when=own,
            asked_of=asked_of,
            sensitive=reader.flag(entry, "sensitive"),
            private=reader.flag(entry, "private"),
            off_paper=reader.flag(entry, "off_paper"),
            optional=reader.flag(entry, "optional"),
            urgent=reader.flag(entry, "urgent"),
            # "Is it right?" is about what is said now: a yes to it from an earlier interview would settle it unasked.
            carry=reader.flag(entry, "carry", True) and reader.maybe(entry, "reads_back") is None,
            wish=reader.flag(entry, "wish"),
            pathway=pathway,
            peer=Peer(reader.word(peer, "pathway"), reader.word(peer, "question")) if peer else None,
            implied=Implied(reader.rule(implied, "when"), reader.word(implied, "answer")) if implied else None,
            needs_of=wanted,
            reads_back=reader.maybe(entry, "reads_back"),
            depends_on=reader.words(entry, "depends_on"),
            minimum=0 if scale else reader.number(entry, "min"),
            maximum=10 if scale else reader.number(entry, "max"),
            at_most=None if at_most is None else int(at_most),
            file=reader.file,
            line=entry.line,
            by_id={option.id: option for option in options},
        )


def _offered(need: Need) -> Option:
    """The option that offers help with a need."""
    return Option(
        need.id, need.plain, need.easy, when=need.when, need=need.id, off_paper=need.off_paper, examples=need.examples,
        line=need.line,
    )  # fmt: skip


def _words(reader: Reader, entry: Node, level: str, ends: Node) -> Words:
    node = reader.node(entry, level)
    reader.keys(node, _WORDS_KEYS, f"the {level} words")
    return Words(
        ask=reader.word(node, "ask").strip(),
        why=reader.word(node, "why").strip(),
        help=reader.word(node, "help").strip(),
        ends=reader.words(node, "ends") or reader.words(ends, level),
    )


def load_interview(root: Path = DATA) -> Interview:
    """Load the interview and refuse it if its files cannot be understood.

    Raises:
        ContentError: with every problem, one a line. ``bcst2 check`` finds more than this does.
    """
    loader = Loader(root)
    interview = loader.load()
    if loader.problems.lines:
        raise ContentError("\n".join(dict.fromkeys(loader.problems.lines)))
    return interview
