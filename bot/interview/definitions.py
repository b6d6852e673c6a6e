"""The interview as objects: sections, questions, options, needs. Built by ``loading``, never changed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.interview.rules import ALWAYS, Rule

KINDS = ("one", "many", "text", "address", "date", "number", "scale")
CLOSED = ("one", "many")
# Whether to go on at all is a consent too, though nobody is told anything by it.
GO_ON = "consent_go_on"
PLAIN, EASY = LEVELS = ("plain", "easy")
REFUSED, UNKNOWN, LATER, SKIPPED = NOT_NOW = ("refused", "unknown", "later", "skipped")
NONE = "none"


@dataclass(frozen=True, slots=True)
class Words:
    """The wording of a question or a piece of text in one level. Texts a question lacks are empty."""

    ask: str = ""
    why: str = ""
    help: str = ""
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a closed question. ``need`` is the need it offers help with, if any. ``off_paper``: see ``Question``."""

    id: str
    plain: str
    easy: str
    exclusive: bool = False
    when: Rule = ALWAYS
    peer: str | None = None
    need: str | None = None
    off_paper: bool = False
    examples: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Peer:
    """The question of the closest real question set that ours answers."""

    pathway: str
    question: str


@dataclass(frozen=True, slots=True)
class Implied:
    """An answer that earlier ones settle: where ``when`` holds, the question is not asked and has ``answer``."""

    when: Rule
    answer: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``rule`` joins its section's rule, its own, and the mode its ``asked_of`` needs.

    ``private``: it waits while others could hear. ``wish``: what the person wants. Words that say something only asked after it
    do not say it, too. ``off_paper``: asked and shown to staff as any other, but on no paper that the person carries on the wing
    or that goes out of the prison.
    """

    id: str
    section: str
    kind: str
    plain: Words
    easy: Words
    options: tuple[Option, ...] = ()
    rule: Rule = ALWAYS
    when: Rule = ALWAYS
    asked_of: str = "person"
    sensitive: bool = False
    private: bool = False
    off_paper: bool = False
    optional: bool = False
    urgent: bool = False
    carry: bool = True
    wish: bool = False
    pathway: str | None = None
    peer: Peer | None = None
    implied: Implied | None = None
    needs_of: str | None = None
    reads_back: str | None = None
    depends_on: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    at_most: int | None = None
    file: str = ""
    line: int = 0
    by_id: dict[str, Option] = field(default_factory=dict, compare=False, repr=False)

    @property
    def closed(self) -> bool:
        """Whether it is answered by choosing among options."""
        return self.kind in CLOSED

    @property
    def takes_more(self) -> bool:
        """Whether the person may add words to the choice ("say more")."""
        return self.closed and not self.sensitive and self.reads_back is None

    @property
    def opens_review(self) -> bool:
        """Whether it is the "is this still right?" that a pre-release review opens its own section with."""
        return self.reads_back == self.section

    def words(self, level: str) -> Words:
        return self.easy if level == "easy" else self.plain


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the interview, in the order of ``interview.yml``."""

    id: str
    pathway: str | None
    title: dict[str, str]
    intro: dict[str, str]
    questions: tuple[Question, ...]
    when: Rule = ALWAYS
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class AskedBy:
    """The question of its own that has asked whether help with a need is wanted, and the answers that say so."""

    question: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Need:
    """Something the answers show the person may need, whether or not they want help with it.

    One that is sensitive or has ``asked_by`` is not offered by the question that offers help with the needs of its pathway.
    ``off_paper``: that it was found stands on no paper, see ``Question``; the work that it calls for does.
    """

    id: str
    pathway: str
    when: Rule
    source: str
    plain: str
    easy: str
    because: str
    asked_by: AskedBy | None = None
    factor: str | None = None
    sensitive: bool = False
    off_paper: bool = False
    examples: tuple[str, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Interview:
    """The whole interview: what ``loading.load_interview`` gives.

    ``consents`` are the questions whose yes is a consent; questions that are ``private`` wait while ``overheard`` holds.
    """

    sections: tuple[Section, ...]
    questions: tuple[Question, ...]
    needs: tuple[Need, ...]
    not_now: dict[str, dict[str, str]]
    shared_examples: dict[str, tuple[str, ...]]
    limits: dict[str, int]
    by_id: dict[str, Question]
    position: dict[str, int]
    section_by_id: dict[str, Section]
    consents: frozenset[str] = frozenset()
    overheard: Rule | None = None

    def question(self, question_id: str) -> Question:
        """The question of that id. Raises KeyError for an unknown one."""
        return self.by_id[question_id]

    def option_text(self, question: Question, option_id: str, level: str = "plain") -> str:
        """The words of an option or of a not-now answer, in a level (English)."""
        if option_id in self.not_now:
            return self.not_now[option_id][level]
        option = question.by_id[option_id]
        return option.easy if level == "easy" else option.plain


def worded(interview: Interview) -> Iterator[Question]:
    """The questions, with the one that opens reviews only once: its words are written once for all sections."""
    opened = False
    for question in interview.questions:
        if not question.opens_review or not opened:
            yield question
        opened = opened or question.opens_review
