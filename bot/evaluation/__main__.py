"""``make evaluate``: measures the trained model on the lines of tests/evaluation and writes docs/evaluation.md.

The lines were written apart from what the model is trained from. A fifth of them is held back: of those only totals are shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.commands import UserError, say
from bot.commands.train import QUIET, RASA_PYTHON, current_model
from bot.commands.understand import parse_lines, result_of
from bot.evaluation import journeys, report
from bot.evaluation.measuring import Judged, figures, reliability
from bot.interview.definitions import Interview
from bot.interview.loading import load_interview
from bot.interview.path import PathFinder
from bot.interview.turn import Conversation
from bot.interview.understanding import settled
from bot.settings import ROOT

LINES = ROOT / "tests" / "evaluation" / "lines"
PARTS = ("development", "held_back")
PAGE = ROOT / "docs" / "evaluation.md"
TREND = ROOT / "docs" / "evaluation-trend.jsonl"
PICTURE = ROOT / "docs" / "images" / "calibration.svg"


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """Every line of a folder's files. Raises UserError naming the line that is no JSON."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                found.append({**json.loads(text), "part": path.stem})
            except ValueError:
                raise UserError(f"{path}:{number}: is not JSON; mend it") from None
    return found


def follows(interview: Interview) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """For each answer, as (question, option), those that the interview's rules take from it by themselves."""
    found = defaultdict(list)
    for question in interview.questions:
        rule = question.implied.when.data if question.implied is not None else {}
        for each in rule.get("any", [rule]):
            source, *options = each.get("is", [""])
            for option in options:
                found[source, option].append((question.id, question.implied.answer if question.implied is not None else ""))
    return dict(found)


def judge(model: Path, lines: list[dict[str, Any]]) -> list[Judged]:
    """What the model and the engine make of each line."""
    interview = load_interview()
    conversation = Conversation(PathFinder(interview))
    closed = frozenset(question.id for question in interview.questions if question.closed and not question.sensitive)
    opens = [interview.by_id.get(str(line.get("open"))) for line in lines]
    known = follows(interview)
    parsed = parse_lines(str(model), [(question, str(line["text"])) for question, line in zip(opens, lines, strict=True)])
    judged = []
    for line, question, found in zip(lines, opens, parsed, strict=True):
        result = {**result_of(conversation, line, question, found), "guesses": found["guesses"]}
        before = settled(interview, question.id) if question is not None else frozenset()
        by_rule, followed = (
            # The open question's own answer always counts.
            frozenset(
                (name, answer)
                for source, options in (answers or {}).items()
                for option in options
                for name, answer in known.get((source, option), ())
                if name != line.get("open")
            )
            for answers in (line.get("answers"), result["answers"])
        )
        judged.append(Judged(line, result, closed, before | by_rule, followed))
    return judged


def draw(points: list[tuple[float, float, int]]) -> None:
    """The calibration plot, by the matplotlib of Rasa's environment."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [str(RASA_PYTHON), "-W", "ignore", "-m", "bot.evaluation.drawing", str(PICTURE)],
        input=json.dumps(points), text=True, check=True, cwd=ROOT, env={**QUIET, "MPLBACKEND": "svg", "PATH": ""},
    )  # fmt: skip


def main() -> int:
    """Measure, print the totals, write the page."""
    model = current_model()
    if model is None:
        raise UserError("there is no model for today's content; run make train")
    judged = {part: judge(model, read_lines(LINES / part)) for part in PARTS}
    parts = {part: figures(found) for part, found in judged.items()}
    say("journeys by button and in own words")
    turned = journeys.turns(model)
    development = judged["development"]
    points = reliability(development)
    draw(points)
    row = {
        "date": datetime.now(UTC).date().isoformat(),
        "model": model.stem.removesuffix(".tar"),
        **{part: asdict(found) for part, found in parts.items()},
    }
    texts = TREND.read_text(encoding="utf-8").splitlines() if TREND.exists() else []
    before = [json.loads(text) for text in texts]
    rows = [*(each for each in before if each["model"] != row["model"]), row]
    TREND.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    sections = {question.id: question.section for question in load_interview().questions}
    page = f"""# How well own words are understood

Written by `make evaluate` on {row["date"]} for the model `{row["model"]}`. The lines (`tests/evaluation/lines`) were written
apart from what the model is trained from, by writers who had not seen that. A fifth of them is held back (chosen by the digest
of their id): nobody looks at them, and only their totals are shown here. How it works and what else was tried:
[decision 8](decisions/0008-understanding.md).

{report.totals(parts)}

What a question is only asked after ("you have debts", where their kinds are asked) counts neither way when words say it again, nor
does what the interview's rules take from another answer by themselves (who owes rent has debts, and is not asked).
An answer to a question that was not open is never written down unasked: the person is shown "I also heard" and says whether
it is right.

## Turns

{report.turns(turned)}

A turn is one tap or one line of words. The yes or no to what else was heard is one too, with what is said next in the same breath
where the page has a box for it.

## Reliability of the confidence (development lines)

![Share right by confidence](images/calibration.svg)

{report.reliability(points)}

## By voice (development lines)

{report.groups(development, "voice")}

## By section (development lines)

{report.groups(development, "open", sections)}

## Questions least often right (development lines)

{report.questions(development)}

## Commonest confusions (development lines)

{report.confused(development)}

## Trend

{report.trend(rows)}
"""
    PAGE.write_text(page, encoding="utf-8")
    print(report.totals(parts))
    return 0


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except UserError as error:
        say(str(error))
        sys.exit(2)
