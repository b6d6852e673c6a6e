"""``bcst2 check`` as a whole: all mistakes at once, each where it stands, and none that stops it."""

from __future__ import annotations

import copy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given

from bot.interview import check_rules, checking, reaching
from bot.interview.check_words import count_words, sentences
from bot.interview.checking import check, warnings
from tests.interview.strategies import SOME, randoms
from tests.interview.test_checking import LINE, Content, drop, put, put_option, rule


def test_all_mistakes_at_once_in_order(tmp_path: Path) -> None:
    content = Content()
    for spoil in (put("n", id="N 1"), drop("debt", "source"), put_option("q", 1, id="later"), rule({"answered": "zzz"})):
        spoil(content)
    found = check(content.write(tmp_path))
    places = [(line.split(":")[0], int(line.split(":")[1])) for line in found]
    assert len(found) >= 4
    assert places == sorted(places)
    assert len(set(found)) == len(found)


def test_the_line_is_where_the_mistake_stands(tmp_path: Path) -> None:
    content = Content()
    rule({"any": [{"answered": "n"}, {"is": ["q", "perhaps"]}]})(content)
    data = content.write(tmp_path)
    (found,) = check(data)
    line = int(found.split(":")[1])
    written = (data / "questions" / "a.yml").read_text().splitlines()
    assert "is:" in written[line - 1]
    assert "perhaps" in "".join(written[line - 1 : line + 3])


def test_optional_files_may_be_missing(tmp_path: Path) -> None:
    content = Content()
    for asked in content.first:
        asked.pop("peer", None)
        for one in asked.get("options", ()):
            one.pop("peer", None)
    data = content.write(tmp_path)
    for name in ("peer", "responses", "commands"):
        (data / f"{name}.yml").unlink()
    assert check(data) == []


def test_a_peer_question_needs_the_file(tmp_path: Path) -> None:
    data = Content().write(tmp_path)
    (data / "peer.yml").unlink()
    assert any(line.startswith("bot/data/peer.yml: cannot be read") for line in check(data))


def test_nothing_at_all(tmp_path: Path) -> None:
    data = tmp_path / "bot" / "data"
    data.mkdir(parents=True)
    found = check(data)
    assert any(line.startswith("bot/data/interview.yml: cannot be read") for line in found)
    assert not any("names no section" in line for line in found), "what rests on the file says little while it is not there"
    assert warnings(data) == []
    (data / "interview.yml").write_text("sections: []\n", encoding="utf-8")
    (data / "peer.yml").write_text("{}\n", encoding="utf-8")
    (data / "commands.yml").write_text("{}\n", encoding="utf-8")
    (data / "responses.yml").write_text("{}\n", encoding="utf-8")
    assert any("'sections' names no section" in line for line in check(data)), check(data)


def test_the_last_section_without_any_question(tmp_path: Path) -> None:
    content = Content()
    content.last = []
    found = check(content.write(tmp_path))
    assert any("may have nothing to ask" in line for line in found)


def test_what_is_too_much_to_check_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = Content()
    for one in content.last:
        one["when"] = {"is": ["q", "yes"]}
    data = content.write(tmp_path)
    monkeypatch.setattr(check_rules, "Reach", lambda interview: reaching.Reach(interview, budget=1))
    found = check(data)
    assert any("'address' rests on too many cases" in line for line in found)
    assert any("the rule of 'address' rests on too many cases" in line for line in found)
    assert any("may have nothing to ask" in line for line in found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("One two. Three!", [2, 1]),
        ("Choose “Ask me later”. Then go on.", [4, 3]),
        ("First line\nsecond line here", [2, 3]),
        ("It costs 2.50 – or so?", [5]),
        ("(Are you alone?) Yes.", [3, 1]),
        ("", []),
    ],
)
def test_sentences_and_words(text: str, words: list[int]) -> None:
    assert [count_words(one) for one in sentences(text)] == words


RULE = {"is": ["q", "yes"]}
JUNK: tuple[Any, ...] = (None, True, 7, -1.5, "", "x", "yes", [], ["x"], [[]], {}, {"x": "y"}, [{"id": "x"}], RULE, float("nan"))


def _places(data: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in nested data."""
    pairs = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [(data, key) for key, _ in pairs] + [place for _, value in pairs for place in _places(value)]


@SOME
@given(randoms())
def test_no_mistake_of_shape_stops_the_check(tmp_path_factory: pytest.TempPathFactory, random: Random) -> None:
    content = Content()
    parts: list[Any] = [content.first, content.safety, content.last, content.money, content.abuse, content.head]
    parts += [content.peer, content.responses, content.commands, *content.sections.values()]
    for _ in range(random.randint(1, 3)):
        container, key = random.choice([place for part in parts for place in _places(part)])
        container[key] = copy.deepcopy(random.choice(JUNK))
    data = content.write(tmp_path_factory.mktemp("junk"))
    assert all(LINE.match(line) for line in check(data))
    assert all(LINE.match(line) for line in warnings(data))


def test_the_place_of_a_line_without_one() -> None:
    assert checking._place("bot/data/x.yml: cannot be read") == ("bot/data/x.yml: cannot be read", 0)
