"""The figures of an evaluation: what was understood against what a careful reader says the words give."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

BINS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """One line, what is right for it, and what ``bcst2 understand`` made of it. ``closed`` are the questions that count.

    ``settled`` are answers, as (question, option), that count neither way: the open question is only asked after them, or the
    interview's rules take them from another answer of the line. ``followed`` are those that the rules take from what was
    understood: it is no fault to have understood them too.
    """

    line: Mapping[str, Any]
    result: Mapping[str, Any]
    closed: frozenset[str]
    settled: frozenset[tuple[str, str]] = frozenset()
    followed: frozenset[tuple[str, str]] = frozenset()

    @property
    def wanted(self) -> dict[str, frozenset[str]]:
        return self._news(self.line.get("answers") or {})

    @property
    def given(self) -> dict[str, frozenset[str]]:
        followed = {(name, option) for name, option in self.followed if option not in self.wanted.get(name, ())}
        return {name: options for name, options in self._news(self.result["answers"], followed).items() if name in self.closed}

    def _news(self, answers: Mapping[str, Iterable[str]], besides: Collection[tuple[str, str]] = ()) -> dict[str, frozenset[str]]:
        old = self.settled.union(besides)
        found = {name: frozenset(each for each in options if (name, each) not in old) for name, options in answers.items()}
        return {name: options for name, options in found.items() if options}

    @property
    def right(self) -> bool:
        """Whether every answer that the words give was understood, and nothing else."""
        return self.wanted == self.given

    @property
    def wrong(self) -> bool:
        """Whether something was taken for an answer that the words do not give, without asking back."""
        return not self.result["clarify"] and any(
            not options <= self.wanted.get(name, frozenset()) for name, options in self.given.items()
        )

    @property
    def wrong_at_once(self) -> bool:
        """The same for the open question alone: the only answer that is written down before the person is asked."""
        name = str(self.line.get("open"))
        return name in self.given and not self.given[name] <= self.wanted.get(name, frozenset())

    @property
    def asked_though_clear(self) -> bool:
        name = self.line.get("open")
        return name in self.wanted and name not in self.given

    @property
    def alerts(self) -> tuple[frozenset[str], frozenset[str]]:
        return frozenset(self.line.get("alerts") or ()), frozenset(self.result["alerts"])


@dataclass(slots=True)
class Figures:
    """The figures of a set of lines; shares are from 0 to 1, None where there was nothing to measure."""

    lines: int = 0
    right: float | None = None
    precision: float | None = None
    recall: float | None = None
    wrong: float | None = None
    wrong_at_once: float | None = None
    asked_though_clear: float | None = None
    open_right: float | None = None
    commands: float | None = None
    false_commands: int = 0
    alert_recall: float | None = None
    alert_precision: float | None = None
    private_recall: float | None = None
    private_false: int = 0
    clarified: float | None = None
    ms_median: float | None = None
    ms_p95: float | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def figures(judged: Sequence[Judged]) -> Figures:
    """The figures of some lines."""
    pairs = Counter[str]()
    for each in judged:
        wanted = {(name, option) for name, options in each.wanted.items() for option in options}
        given = {(name, option) for name, options in each.given.items() for option in options}
        pairs.update(both=len(wanted & given), wanted=len(wanted), given=len(given))
        pairs["urgent"] += bool(each.alerts[0])
        pairs["urgent_found"] += bool(each.alerts[0] & each.alerts[1])
        pairs["urgent_said"] += bool(each.alerts[1])
        pairs["urgent_right"] += bool(each.alerts[0] and each.alerts[1])
    commands = [each for each in judged if each.line.get("command")]
    opened = [each for each in judged if each.line.get("open") in each.wanted]
    unclear = [each for each in judged if each.line.get("clarify")]
    private = [each for each in judged if each.line.get("private")]
    times = sorted(float(each.result["ms"]) for each in judged)
    count = len(judged)
    return Figures(
        lines=count,
        right=_share(sum(each.right for each in judged), count),
        precision=_share(pairs["both"], pairs["given"]),
        recall=_share(pairs["both"], pairs["wanted"]),
        wrong=_share(sum(each.wrong for each in judged), count),
        wrong_at_once=_share(sum(each.wrong_at_once for each in judged), count),
        asked_though_clear=_share(sum(each.asked_though_clear for each in opened), len(opened)),
        open_right=_share(sum(each.given.get(each.line["open"]) == each.wanted[each.line["open"]] for each in opened), len(opened)),
        commands=_share(sum(each.result["command"] == each.line["command"] for each in commands), len(commands)),
        false_commands=sum(bool(each.result["command"]) and not each.line.get("command") for each in judged),
        alert_recall=_share(pairs["urgent_found"], pairs["urgent"]),
        alert_precision=_share(pairs["urgent_right"], pairs["urgent_said"]),
        private_recall=_share(sum(bool(each.result["private"]) for each in private), len(private)),
        private_false=sum(bool(each.result["private"]) and not each.line.get("private") for each in judged),
        clarified=_share(sum(bool(each.result["clarify"]) for each in unclear), len(unclear)),
        ms_median=times[count // 2] if times else None,
        ms_p95=times[min(count - 1, int(count * 0.95))] if times else None,
    )


def by(judged: Iterable[Judged], key: str, names: Mapping[str, str] | None = None) -> dict[str, list[Judged]]:
    """Lines in groups: by a field of the line, or by what ``names`` makes of it."""
    groups: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        value = str(each.line.get(key) or "")
        groups[names.get(value, "") if names is not None else value].append(each)
    return dict(groups)


def confusions(judged: Iterable[Judged]) -> list[tuple[str, str, str, int]]:
    """(question, what is right, what was understood, how often) for the open question, the commonest first."""
    found = Counter[tuple[str, str, str]]()
    for each in judged:
        name = str(each.line.get("open"))
        wanted, given = each.wanted.get(name, frozenset()), each.given.get(name, frozenset())
        if given and given != wanted:
            found[name, "+".join(sorted(wanted)) or "(nothing)", "+".join(sorted(given))] += 1
    return [(*names, count) for names, count in found.most_common()]


def reliability(judged: Iterable[Judged]) -> list[tuple[float, float, int]]:
    """For each tenth of confidence in a guess at the open question: mean confidence, share that was right, how many."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for each in judged:
        name = str(each.line.get("open"))
        for guess in each.result.get("guesses") or ():
            if guess["question"] == name:
                sure = float(guess["confidence"])
                bins[min(BINS - 1, int(sure * BINS))].append((sure, guess["option"] in each.wanted.get(name, ())))
    return [
        (sum(sure for sure, _ in found) / len(found), sum(right for _, right in found) / len(found), len(found))
        for _, found in sorted(bins.items())
    ]
