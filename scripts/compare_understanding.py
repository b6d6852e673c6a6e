"""Measures ways of understanding own words on the development lines: the figures of docs/decisions/0008-understanding.md.

    .venv-rasa/bin/python scripts/compare_understanding.py [n-grams] [diet] [likeness] [encoder] [attention] [adapted]

Each is trained on the same examples and written lines and decided by the same rule.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from safetensors.numpy import save_file  # noqa: E402
from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: E402
from sklearn.linear_model import LogisticRegression  # noqa: E402
from sklearn.pipeline import FeatureUnion  # noqa: E402

from bot.dialogue.attention import LABELS, PARTS  # noqa: E402
from bot.dialogue.candidates import Catalogue  # noqa: E402
from bot.dialogue.encoder import WIDTH, Encoder, load_encoder  # noqa: E402
from bot.dialogue.lines import Line, example_lines, read_lines, training_files  # noqa: E402
from bot.dialogue.options import patterns_in  # noqa: E402
from bot.dialogue.scoring import KIND, Label  # noqa: E402
from bot.dialogue.weighing import Weigher  # noqa: E402
from bot.dialogue.words import read  # noqa: E402
from bot.interview.loading import load_interview  # noqa: E402

SURE = 0.6
# DIET takes hours for the whole interview: it is measured on one section, by the open answer.
DIET_SECTION, DIET_EPOCHS = "finance", 30
INTERVIEW = load_interview()
CATALOGUE = Catalogue.of(INTERVIEW)
Guesses = dict[Label, float]


def training() -> list[Line]:
    """What every way is trained from."""
    return [*example_lines(INTERVIEW), *(line for path in training_files() for line in read_lines(path))]


def development() -> list[Line]:
    """What every way is measured on."""
    return [line for path in sorted((ROOT / "tests/evaluation/lines/development").glob("*.jsonl")) for line in read_lines(path)]


def decide(guesses: Guesses) -> dict[str, set[str]]:
    """The engine's rule."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (question, option), sure in guesses.items():
        if sure >= SURE:
            found[question].append((sure, option))
    answers = {}
    for question, options in found.items():
        options.sort(reverse=True)
        alone = question not in CATALOGUE.many or (question, options[0][1]) in CATALOGUE.exclusive
        kept = options[:1] if alone else [each for each in options if (question, each[1]) not in CATALOGUE.exclusive]
        answers[question] = {option for _, option in kept}
    return answers


class PerQuestion:
    """One logistic regression a question over word and character n-grams, with a class for everything said to other questions."""

    def train(self, lines: list[Line]) -> None:
        self.features = FeatureUnion(
            [
                ("words", TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\b\w+\b")),
                ("characters", TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2)),
            ]
        )
        texts = [line.text.lower() for line in lines]
        rows = self.features.fit_transform(texts).tocsr()
        pairs = defaultdict(list)
        for number, line in enumerate(lines):
            for option in line.answers.get(line.open or "", ()):
                pairs[line.open].append((number, option))
        self.models = {}
        for question, found in sorted(pairs.items()):
            own = {number for number, _ in found}
            others = [number for number, line in enumerate(lines) if number not in own and question not in line.answers]
            sample = random.Random(question).sample(others, min(len(others), max(20, len(found))))
            chosen = rows[[number for number, _ in found] + sample]
            columns = np.unique(chosen.indices)
            model = LogisticRegression(C=20, class_weight="balanced", solver="liblinear", tol=0.01, random_state=0)
            self.models[question] = (model.fit(chosen[:, columns], [option for _, option in found] + [""] * len(sample)), columns)

    def weigh(self, line: Line) -> Guesses:
        if line.open not in self.models:
            return {}
        model, columns = self.models[line.open]
        scores = model.predict_proba(self.features.transform([line.text.lower()]).tocsr()[:, columns])[0]
        return {(line.open, option): float(score) for option, score in zip(model.classes_, scores, strict=True) if option}


class Weighing:
    """The product's own, with or without an encoder."""

    def __init__(self, encoder: Encoder | None) -> None:
        self.encoder = encoder
        self.weigher = Weigher(CATALOGUE, hits=patterns_in)

    def train(self, lines: list[Line]) -> None:
        self.weigher.train(lines, self.encoder)

    def weigh(self, line: Line) -> Guesses:
        return dict(self.weigher.weigh(line.text, line.open, self.encoder).guesses)


class Alone:
    """The label attention alone: whatever is said more likely than not, without likeness and without a judge."""

    def __init__(self) -> None:
        found = load_encoder()
        if found is None:
            raise SystemExit("the sentence encoder is not here; run make setup")
        self.encoder = found

    def train(self, lines: list[Line]) -> None:
        """It was trained when the encoder was adapted."""

    def weigh(self, line: Line) -> Guesses:
        clauses = [clause.spoken for clause in read(line.text).clauses]
        (rows,) = self.encoder.encode([clauses], [[(0, len(clauses))]], [line.open])
        sure = 1.0 / (1.0 + np.exp(-rows[0, WIDTH:]))
        return {label: float(each) for label, each in zip(self.encoder.labels, sure, strict=True) if label[0] != KIND}


class Diet:
    """DIET, the classifier that Rasa brings: every option an intent. It knows no open question and one answer."""

    def train(self, lines: list[Line]) -> None:
        from rasa import model_training
        from rasa.core.agent import Agent

        examples: dict[str, set[str]] = defaultdict(set)
        for line in lines:
            options = line.answers.get(line.open or "", ())
            if len(options) == 1 and INTERVIEW.by_id[str(line.open)].section == DIET_SECTION:
                examples[f"{line.open}__{options[0]}"].add(" ".join(line.text.split()))
        folder = Path(tempfile.mkdtemp())
        names = sorted(name for name in examples if len(examples[name]) > 1)
        nlu = [{"intent": name, "examples": "".join(f"- {text}\n" for text in sorted(examples[name]))} for name in names]
        # Rasa would take a file that is JSON as a whole for another of its formats.
        (folder / "nlu.yml").write_text(f'version: "3.1"\nnlu: {json.dumps(nlu)}\n', encoding="utf-8")
        features = [{"name": "CountVectorsFeaturizer"}, {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "max_ngram": 4}]
        diet = {"name": "DIETClassifier", "epochs": DIET_EPOCHS, "entity_recognition": False, "constrain_similarities": True}
        pipeline = [{"name": "WhitespaceTokenizer"}, *features, diet]
        config = {"recipe": "default.v1", "assistant_id": "compared", "language": "en", "pipeline": pipeline}
        (folder / "config.yml").write_text(json.dumps(config), encoding="utf-8")
        (folder / "domain.yml").write_text(json.dumps({"version": "3.1", "intents": names}), encoding="utf-8")
        found = model_training.train_nlu(
            str(folder / "config.yml"), str(folder / "nlu.yml"), str(folder), domain=str(folder / "domain.yml")
        )
        self.agent = Agent.load(str(found))

    def weigh(self, line: Line) -> Guesses:
        from rasa.core.channels.channel import UserMessage

        if self.agent.processor is None:
            return {}
        parsed = asyncio.run(self.agent.processor.parse_message(UserMessage(line.text)))
        ranked = [(each["name"].partition("__"), each["confidence"]) for each in parsed["intent_ranking"]]
        return {(question, option): float(sure) for (question, _, option), sure in ranked if question == line.open}


def published() -> Encoder:
    """The encoder as it is published: with no layer adapted and no label attention."""
    from bot.dialogue.encoder_setup import set_up

    place = Path(tempfile.mkdtemp())
    nothing = {name: np.zeros((0, WIDTH) if name != PARTS[-1] else 0, dtype=np.float32) for name in PARTS}
    save_file(nothing, place / "none.safetensors", metadata={LABELS: "[]"})
    set_up(ROOT / ".tools/minilm", place / "encoder", place / "none.safetensors")
    return Encoder(place / "encoder")


WAYS = {
    "n-grams": PerQuestion,
    "diet": Diet,
    "likeness": lambda: Weighing(None),
    "encoder": lambda: Weighing(published()),
    "attention": Alone,
    "adapted": lambda: Weighing(load_encoder()),
}


def main(names: list[str]) -> None:
    """Measure the ways named, or all."""
    lines = training()
    every = [line for line in development() if not (line.command or line.private or line.off)]
    for name in names or list(WAYS):
        way = WAYS[name]()
        tests = [line for line in every if name != "diet" or (line.open and INTERVIEW.by_id[line.open].section == DIET_SECTION)]
        began = time.process_time()
        way.train(lines)
        trained = time.process_time() - began
        began = time.process_time()
        answers = [decide(way.weigh(line)) for line in tests]
        per_line = (time.process_time() - began) / len(tests) * 1000
        wanted = [{question: set(options) for question, options in line.answers.items()} for line in tests]
        right = sum(one == other for one, other in zip(answers, wanted, strict=True))
        wrong = sum(
            any(not options <= other.get(question, set()) for question, options in one.items())
            for one, other in zip(answers, wanted, strict=True)
        )
        clear = [(one, other, line.open) for one, other, line in zip(answers, wanted, tests, strict=True) if line.open in other]
        opened = sum(one.get(question) == other[question] for one, other, question in clear)
        print(
            f"{name}: all right {right / len(tests):.1%}, wrong {wrong / len(tests):.1%}, open {opened / len(clear):.1%}, "
            f"{per_line:.0f} ms of processor a line, trained in {trained:.0f} s of processor",
            flush=True,
        )


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main(sys.argv[1:])
