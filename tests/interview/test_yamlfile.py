from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.interview import yamlfile
from bot.interview.yamlfile import ContentError, Node, read_yaml
from tests.interview.strategies import SOME


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.yml"


def test_lines_are_kept(file: Path) -> None:
    file.write_text("a: 1\nb:\n  - c: 2\n    d: 3\n")
    node = read_yaml(file)
    inner = node["b"][0]
    assert (node.line, node.line_of("b"), node.line_of("nothing")) == (1, 2, 1)
    assert (inner.line, inner.line_of("d")) == (3, 4)


def test_yes_and_no_are_words_and_true_is_not(file: Path) -> None:
    file.write_text("a: [yes, no, on, off, true, false]\nyes: no\n")
    node = read_yaml(file)
    assert node["a"] == ["yes", "no", "on", "off", True, False]
    assert node["yes"] == "no"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2\n", "x.yml:2: the key 'a' stands twice"),
        ("a: [1\n", "x.yml:2: "),
        ("- a\n", "x.yml:1: should hold a mapping"),
        ("", "x.yml:1: should hold a mapping"),
        ("1: a\n", "x.yml:1: a key is not a word"),
        ("? [a]\n: b\n", "x.yml:1: a key is not a word"),
        ("a: 2026-13-45\n", "x.yml: is not YAML"),
        ("a: \0\n", "x.yml: is not YAML"),
        ("a: &x [*x]\n", "x.yml:1: "),
        ("a: !!python/object:os.system 1\n", "x.yml:1: "),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(file: Path, text: str, message: str) -> None:
    file.write_text(text)
    with pytest.raises(ContentError, match="^[^\n]+$") as error:
        read_yaml(file)
    assert message in str(error.value)


def test_missing_or_not_text(file: Path) -> None:
    with pytest.raises(ContentError, match="cannot be read"):
        read_yaml(file)
    file.write_bytes(b"a: \xff\n")
    with pytest.raises(ContentError, match="UTF-8"):
        read_yaml(file)


def test_an_error_without_a_place(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise yaml.MarkedYAMLError(problem="odd")

    file.write_text("a: 1\n")
    monkeypatch.setattr(yaml, "load", fail)
    with pytest.raises(ContentError, match="x.yml:1: odd"):
        read_yaml(file)


def test_without_libyaml(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    spec = importlib.util.spec_from_file_location("slow_yamlfile", yamlfile.__file__)
    assert spec is not None
    assert spec.loader is not None
    slow = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(slow)
    file.write_text("a:\n  no: yes\n")
    assert slow.read_yaml(file) == read_yaml(file) == {"a": {"no": "yes"}}


def test_an_empty_node_has_a_line() -> None:
    assert Node(7).line_of("x") == 7


@SOME
@given(st.text(alphabet="ab:-[]{},&*!|>'\"#?% \n\t12.", max_size=40))
def test_any_text_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yml"
    file.write_text(text)
    try:
        node = read_yaml(file)
    except ContentError as error:
        said = str(error)
    else:
        assert isinstance(node, Node)
        return
    assert said.startswith(str(file))
