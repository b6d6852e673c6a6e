"""Which picture stands beside which words, from ``bot/data/pictures.yml``. A picture is decoration: the words say everything.

Screens and papers take them from here; the files are OpenMoji's (CC BY-SA 4.0), in ``bot/web/static/pictures``.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.interview.definitions import Interview, Question
from bot.interview.loading import DATA
from bot.interview.yamlfile import ContentError, Node, read_yaml
from bot.language.wording import load_commands
from bot.plan.definitions import SENSITIVE_PATHWAYS

FILE = "pictures.yml"
FOLDER = Path(__file__).resolve().parent.parent / "web" / "static" / "pictures"
LARGEST = 10_240
PRIVATE_SECTION = "safety"
CREDIT = "OpenMoji · CC BY-SA 4.0"
# Buttons that the pages have beside those that give a command.
OWN_BUTTONS = ("answers",)

_KEYS = ("pictures", "private", "sections", "questions", "options", "buttons", "pathways", "activities")
# What an SVG could do beside being drawn.
_ACTIVE = ("<script", "<foreignobject", "<image", "href", " onload", "<style", "<!entity")


@dataclass(frozen=True, slots=True)
class Pictures:
    """The names of the pictures for what is said. ``options`` is (question, option) → name."""

    sections: Mapping[str, str]
    questions: Mapping[str, str]
    options: Mapping[tuple[str, str], str]
    buttons: Mapping[str, str]
    pathways: Mapping[str, str]
    activities: Mapping[str, str]

    def question(self, question: Question) -> str:
        """The picture of a question: its own, or that of its section."""
        return self.questions.get(question.id) or self.sections[question.section]

    def option(self, question_id: str, option_id: str) -> str | None:
        return self.options.get((question_id, option_id))

    def button(self, name: str) -> str | None:
        return self.buttons.get(name)


def load_pictures(root: Path = DATA) -> Pictures:
    """Raises ContentError for a file that has not its shape."""
    node = _read(root)
    options = {(question, option): name for question, chosen in node["options"].items() for option, name in chosen.items()}
    return Pictures(node["sections"], node["questions"], options, node["buttons"], node["pathways"], node["activities"])


def plan_pictures() -> dict[str, str]:
    """``topic_<pathway>`` and ``activity_<id>`` → the name of the picture beside it on a plan. Raises ContentError."""
    pictures = load_pictures()
    found = {f"topic_{pathway}": name for pathway, name in pictures.pathways.items()}
    return found | {f"activity_{activity}": name for activity, name in pictures.activities.items()}


@cache
def pictures_within() -> dict[str, str]:
    """The same with addresses that hold the pictures themselves. Raises ContentError, OSError."""
    return {what: address_of(name) for what, name in plan_pictures().items()}


def address_of(name: str) -> str:
    """A ``data:`` address that holds the picture itself. Raises OSError."""
    return "data:image/svg+xml;base64," + base64.b64encode((FOLDER / f"{name}.svg").read_bytes()).decode()


def _read(root: Path) -> Node:
    node = read_yaml(root / FILE)
    for key in _KEYS:
        if not isinstance(node.get(key), Node):
            raise ContentError(f"{FILE}:{node.line_of(key)}: '{key}' should be a mapping (key: value); see the notes in the file")
    for question, chosen in node["options"].items():
        if not isinstance(chosen, Node):
            raise ContentError(f"{FILE}:{node['options'].line_of(question)}: '{question}' should map its options to pictures")
    return node


# -- what is wrong


def check_pictures(
    interview: Interview, pathways: Collection[str], activities: Collection[str], root: Path = DATA, folder: Path = FOLDER
) -> list[str]:
    """Everything wrong with the pictures, one a line. ``activities``: the ids of those that are not private.

    That is: what they name and is not there, files that are missing, too large, unused or more than a drawing, and what a
    private question may not show.
    """
    try:
        node = _read(root)
    except ContentError as error:
        return [str(error)]
    found = [*_named(node, interview, pathways, activities, root), *_files(node, folder)]
    # What is private rests on a file whose names are right.
    return found or list(_private(node, interview))


def _named(node: Node, interview: Interview, pathways: Collection[str], activities: Collection[str], root: Path) -> Iterator[str]:
    """Names of things and of pictures that are not there, and things that have no picture."""
    known: dict[str, Collection[str]] = {
        "sections": interview.section_by_id,
        "questions": interview.by_id,
        "options": interview.by_id,
        "buttons": {*load_commands(root), *OWN_BUTTONS},
        "pathways": pathways,
        "activities": activities,
    }
    for part, ids in known.items():
        for name in node[part]:
            if name not in ids:
                yield f"{FILE}:{node[part].line_of(name)}: {part} names '{name}', which is not there; mend the name or take it out"
    for part in ("sections", "pathways", "activities"):
        for name in known[part]:
            if name not in node[part]:
                yield f"{FILE}:{node.line_of(part)}: {part} has no picture for '{name}'; give it one"
    for question, chosen in node["options"].items():
        for option in chosen:
            if question in interview.by_id and option not in interview.by_id[question].by_id:
                yield f"{FILE}:{chosen.line_of(option)}: '{question}' has no option '{option}'; mend the name or take it out"
    for what, line, name in _uses(node):
        if name not in node["pictures"]:
            yield f"{FILE}:{line}: '{what}' has the picture '{name}', which is not under 'pictures'; mend the name or add it"


def _uses(node: Node) -> Iterator[tuple[str, int, str]]:
    """(what has the picture, its line, the picture's name) for each use."""
    for part in ("sections", "questions", "buttons", "pathways", "activities"):
        yield from ((what, node[part].line_of(what), str(name)) for what, name in node[part].items())
    for question, chosen in node["options"].items():
        yield from ((f"{question}.{option}", chosen.line_of(option), str(name)) for option, name in chosen.items())


def _files(node: Node, folder: Path) -> Iterator[str]:
    """Files that are missing, too large, more than a drawing, or used by nobody, and pictures that nobody uses."""
    pictures, used = node["pictures"], {name for _, _, name in _uses(node)}
    for name, about in pictures.items():
        place = f"{FILE}:{pictures.line_of(name)}: the picture '{name}'"
        if not isinstance(about, Node) or not about.get("because") or not about.get("openmoji"):
            yield f"{place} should say its 'openmoji' code and 'because', why it fits"
        if name not in used:
            yield f"{place} stands beside nothing; take it and its file out"
        try:
            drawn = (folder / f"{name}.svg").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            yield f"{place} has no file that can be read; put {name}.svg into {folder.name}"
            continue
        if len(drawn.encode()) > LARGEST:
            yield f"{place} has {len(drawn.encode())} bytes, at most {LARGEST}; choose a simpler one"
        if "<svg" not in drawn or any(word in drawn.lower() for word in _ACTIVE):
            yield f"{place} is not a plain drawing; take the file of OpenMoji as it is"
    for file in sorted(folder.glob("*.svg")):
        if file.stem not in pictures:
            yield f"{folder.name}/{file.name}: nobody uses it; name it in {FILE} or take it out"
    if not (folder / "LICENSE.txt").is_file():
        yield f"{folder.name}/LICENSE.txt: is not there; the pictures may only be given on with it"


def _private(node: Node, interview: Interview) -> Iterator[str]:
    """Pictures of private questions that are not among those allowed there, and pictures of their answers."""
    rule = node["private"]
    allowed, also = set(rule.get("pictures") or ()), set(rule.get("also") or ())
    mend = f"choose from {', '.join(sorted(allowed))}"
    for name in sorted(allowed - set(node["pictures"])):
        yield f"{FILE}:{rule.line_of('pictures')}: private allows '{name}', which is not under 'pictures'; mend the name"
    for name in sorted(also - set(interview.by_id)):
        yield f"{FILE}:{rule.line_of('also')}: private names '{name}', which is no question; mend the name or take it out"
    for question in interview.questions:
        if not (question.sensitive or question.section == PRIVATE_SECTION or question.id in also):
            continue
        own = node["questions"].get(question.id)
        part, what = ("questions", question.id) if own else ("sections", question.section)
        if node[part][what] not in allowed:
            yield f"{FILE}:{node[part].line_of(what)}: '{question.id}' is private and has the picture '{node[part][what]}'; {mend}"
        if question.id in node["options"]:
            line = node["options"].line_of(question.id)
            yield f"{FILE}:{line}: the answers of '{question.id}' are private; take their pictures out"
    for pathway in SENSITIVE_PATHWAYS:
        if node["pathways"].get(pathway) not in allowed:
            yield f"{FILE}:{node['pathways'].line_of(pathway)}: the pathway '{pathway}' is private; {mend}"
