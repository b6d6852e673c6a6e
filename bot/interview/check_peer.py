"""Checks against the question set of the closest real system (``peer.yml``): what it must have, ours answers."""

from __future__ import annotations

from collections.abc import Iterator

from bot.interview.definitions import Interview, Question
from bot.interview.loading import Problems, Reader
from bot.interview.yamlfile import Node

NO_ANSWER = "NO_ANSWER"
ANY_OPTION = "*"


def check_peer(interview: Interview, problems: Problems) -> None:
    """Peer ids exist; each mandatory peer question is answered by one of ours, with an option for each of its options."""
    path = problems.root / "peer.yml"
    ours = [question for question in interview.questions if question.peer is not None]
    if not path.exists() and not ours:
        return
    reader = Reader(problems, problems.name(path))
    pathways = problems.read(path)
    theirs = {name: reader.node(reader.node(pathways, name), "questions") for name in pathways}
    for question in ours:
        _check_question(question, theirs, problems)
    for pathway, questions in theirs.items():
        for name in questions:
            entry = reader.node(questions, name)
            if not reader.flag(entry, "optional") and "under" not in entry:
                _check_coverage(reader, entry, f"{pathway} {name}", list(_answering(ours, pathway, name)))
    for question in interview.questions:
        if question.peer is None and any(option.peer for option in question.options):
            problems.add(question.file, question.line, f"'{question.id}' has peer options and no peer question; write its 'peer'")


def _answering(ours: list[Question], pathway: str, name: str) -> Iterator[Question]:
    return (question for question in ours if question.peer and (question.peer.pathway, question.peer.question) == (pathway, name))


def _check_question(question: Question, theirs: dict[str, Node], problems: Problems) -> None:
    """The peer question and the peer options that ours names exist; a star stands for one question for each option of another."""
    if question.peer is None or question.peer.pathway not in theirs:
        problems.add(question.file, question.line, f"'{question.id}' names an unknown peer pathway; use one of {', '.join(theirs)}")
        return
    known, name = theirs[question.peer.pathway], question.peer.question
    if name.endswith(ANY_OPTION):
        if not any(other.startswith(name[: -len(ANY_OPTION)]) for other in known):
            problems.add(question.file, question.line, f"'{question.id}' names peer questions '{name}', but there are none")
        return
    if name not in known:
        problems.add(question.file, question.line, f"'{question.id}' names the peer question '{name}', which is not in peer.yml")
        return
    entry = known[name] if isinstance(known[name], Node) else Node()
    options, exclusive = _names(entry, "options"), _names(entry, "exclusive")
    for option in question.options:
        if option.peer is None:
            continue
        what = f"the option '{option.id}' of '{question.id}'"
        if option.peer not in options:
            problems.add(question.file, option.line, f"{what} names the peer option '{option.peer}', which is not in peer.yml")
        elif question.kind == "many" and option.exclusive != (option.peer in exclusive):
            must = "must" if option.peer in exclusive else "must not"
            problems.add(question.file, option.line, f"{what} {must} be exclusive, as in peer.yml")


def _names(entry: Node, key: str) -> list[str]:
    value = entry.get(key)
    return [str(item) for item in value] if isinstance(value, list) else []


def _check_coverage(reader: Reader, entry: Node, what: str, ours: list[Question]) -> None:
    problems = reader.problems
    if not ours:
        problems.add(reader.file, entry.line, f"no question of ours answers {what}; give one that 'peer'")
        return
    for question in ours[1:]:
        problems.add(question.file, question.line, f"'{question.id}' answers {what} as '{ours[0].id}' does; keep one")
    have = {option.peer for option in ours[0].options}
    for name in _names(entry, "options"):
        if name not in have and name != NO_ANSWER:
            text = f"'{ours[0].id}' has no option for '{name}' of {what}; give one that 'peer'"
            problems.add(ours[0].file, ours[0].line, text)
    for option in ours[0].options:
        if option.peer == NO_ANSWER:
            text = f"'{ours[0].id}' maps the option '{option.id}' to {NO_ANSWER}, which stands for the not-now answers; remove it"
            problems.add(ours[0].file, option.line, text)


CHECKS = (check_peer,)
