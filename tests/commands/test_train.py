"""When a model counts as today's, and that a training that goes wrong leaves none behind."""

from __future__ import annotations

import argparse
import os
import textwrap
from pathlib import Path

import pytest

from bot.commands import UserError, train

FORCE = argparse.Namespace(force=True)
AS_NEEDED = argparse.Namespace(force=False)
MADE_FROM = (
    "bot/data/questions/ready.yml",
    "bot/data/rasa/rules.yml",
    "bot/dialogue/importer.py",
    "domain.yml",
    "config.yml",
    "locks/rasa.txt",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in MADE_FROM:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("name", MADE_FROM)
def test_whatever_a_model_is_made_from_changes_the_fingerprint(root: Path, name: str) -> None:
    before = train.fingerprint(root)
    (root / name).write_text("other")
    assert train.fingerprint(root) != before


def test_a_file_moved_or_added_changes_the_fingerprint(root: Path) -> None:
    before = train.fingerprint(root)
    added = root / "bot/data/questions/more.yml"
    added.write_text("")
    after = train.fingerprint(root)
    added.rename(added.with_name("other.yml"))
    assert len({before, after, train.fingerprint(root)}) == 3


def test_nothing_else_changes_it(root: Path) -> None:
    before = train.fingerprint(root)
    (root / "README.md").write_text("words")
    (root / "bot/web.py").write_text("words")
    (root / "bot/dialogue/nlg.py").write_text("words")
    (root / "bot/data/plan").mkdir()
    (root / "bot/data/plan/rules.yml").write_text("words")
    assert train.fingerprint(root) == before
    assert train.fingerprint(root) == train.fingerprint(root)


def test_only_the_model_for_todays_content_is_current(root: Path) -> None:
    assert train.current_model(root) is None
    path = train.model_path(root)
    assert path.name == f"bcst2-{train.fingerprint(root)[:12]}.tar.gz"
    path.parent.mkdir()
    path.touch()
    assert train.current_model(root) == path
    (root / "domain.yml").write_text("other")
    assert train.current_model(root) is None


def test_the_newest_two_models_are_kept_and_nothing_of_others(tmp_path: Path) -> None:
    for age, name in enumerate(["bcst2-new.tar.gz", "bcst2-old.tar.gz", "bcst2-older.tar.gz", "mine.tar.gz"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    train.sweep(tmp_path / "bcst2-new.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bcst2-new.tar.gz", "bcst2-old.tar.gz", "mine.tar.gz"]


def test_the_model_in_use_is_kept_however_old(tmp_path: Path) -> None:
    for age, name in enumerate(["bcst2-a.tar.gz", "bcst2-b.tar.gz", "bcst2-used.tar.gz"]):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 - age, 1000 - age))
    train.sweep(tmp_path / "bcst2-used.tar.gz")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bcst2-a.tar.gz", "bcst2-used.tar.gz"]


class Rasa:
    """A stand-in for Rasa's Python: writes a model with these questions, or fails."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.target = folder / "models" / "bcst2-today.tar.gz"
        self.log = folder / "home" / "logs" / "train.log"
        self._script = folder / "python"
        monkeypatch.setattr(train, "RASA_PYTHON", self._script)
        monkeypatch.setattr(train, "model_path", lambda: self.target)
        monkeypatch.setenv("BCST2_HOME", str(folder / "home"))

    def answers(self, *questions: str, code: int = 0) -> None:
        lines = " ".join(f"utter_ask_{question}:" for question in questions)
        self._script.write_text(
            textwrap.dedent(f"""\
                #!/bin/sh
                echo "telemetry: $RASA_TELEMETRY_ENABLED"
                while [ $# -gt 0 ]; do case $1 in --fixed-model-name) name=$2;; --out) out=$2;; esac; shift; done
                mkdir -p "$out/made/components" && printf '%s\\n' {lines} > "$out/made/components/domain.yml"
                tar -czf "$out/$name" -C "$out/made" . && rm -r "$out/made"
                exit {code}
                """)
        )
        self._script.chmod(0o755)


@pytest.fixture
def rasa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rasa:
    return Rasa(tmp_path, monkeypatch)


def test_training_makes_the_model_and_keeps_a_log(rasa: Rasa) -> None:
    rasa.answers("gp", "home")
    train.train(rasa.target, rasa.log, ["gp", "home"])
    assert [path.name for path in rasa.target.parent.iterdir()] == [rasa.target.name]
    assert rasa.log.read_text() == "telemetry: false\n"


def test_a_model_that_lacks_a_question_is_refused(rasa: Rasa) -> None:
    rasa.answers("gp", "home_area")
    with pytest.raises(UserError, match=r"training left out 1 questions \(the first: home\).*train\.log"):
        train.train(rasa.target, rasa.log, ["gp", "home"])
    assert list(rasa.target.parent.iterdir()) == []


def test_a_failed_training_names_its_log_and_leaves_no_model(rasa: Rasa) -> None:
    rasa.answers("gp", code=1)
    with pytest.raises(UserError, match=r"training failed.*train\.log"):
        train.train(rasa.target, rasa.log, ["gp"])
    assert list(rasa.target.parent.iterdir()) == []


def test_questions_changed_meanwhile_make_no_model(rasa: Rasa, monkeypatch: pytest.MonkeyPatch) -> None:
    rasa.answers("gp")
    monkeypatch.setattr(train, "model_path", lambda: rasa.target.with_name("bcst2-other.tar.gz"))
    with pytest.raises(UserError, match="changed while"):
        train.train(rasa.target, rasa.log, ["gp"])
    assert list(rasa.target.parent.iterdir()) == []


def test_without_rasa_it_says_what_to_run(rasa: Rasa) -> None:
    with pytest.raises(UserError, match="run make setup"):
        train.train(rasa.target, rasa.log, ["gp"])


def test_nothing_is_trained_when_the_model_is_todays(rasa: Rasa, monkeypatch: pytest.MonkeyPatch) -> None:
    trained: list[Path] = []
    monkeypatch.setattr(train, "train", lambda target, log, ids: trained.append(target) or target.touch())
    rasa.target.parent.mkdir()
    assert train.run(AS_NEEDED) == 0
    assert train.run(AS_NEEDED) == 0
    assert trained == [rasa.target]
    assert train.run(FORCE) == 0
    assert trained == [rasa.target, rasa.target]
