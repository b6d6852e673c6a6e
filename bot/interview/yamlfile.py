"""Reading YAML with the line of every mapping kept, so that a mistake can be named by file and line.

YAML 1.1 reads ``yes`` and ``no`` as booleans; here they are option ids, so only ``true`` and ``false`` are.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # a PyYAML built without libyaml: slower, the same result
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

_BOOL = "tag:yaml.org,2002:bool"


class Node(dict[str, Any]):
    """A mapping that remembers its line (1-based) and the line of each of its keys."""

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line on which ``key`` stands, or the mapping's own line if it has no such key."""
        return self.lines.get(key, self.line)


class ContentError(Exception):
    """A content file cannot be used. ``str()`` is one line: file, line, what is wrong and the mend."""


class _Loader(_Base):
    pass


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != _BOOL]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))


def _mapping(loader: Any, node: yaml.MappingNode) -> Node:
    result = Node(node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(
                None, None, "a key is not a word; put it in quotation marks", key_node.start_mark
            )
        if key in result:
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} stands twice; remove one", key_node.start_mark)
        result.lines[key] = key_node.start_mark.line + 1
        result[key] = loader.construct_object(value_node, deep=True)
    return result


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def read_yaml(path: Path) -> Node:
    """Read one YAML file whose top is a mapping.

    Raises:
        ContentError: the file is missing, is not YAML, repeats a key, or holds no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ContentError(f"{path}: cannot be read ({error.strerror}); put the file back") from None
    except UnicodeDecodeError:
        raise ContentError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    try:
        # A subclass of the safe loader: no Python objects can be built from the file.
        data = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentError(f"{path}:{line}: {error.problem}; mend the YAML there") from None
    except (yaml.YAMLError, ValueError, RecursionError):  # not YAML, or a date or number that is none, or nested too deep
        raise ContentError(f"{path}: is not YAML; mend or restore the file") from None
    if not isinstance(data, Node):
        raise ContentError(f"{path}:1: should hold a mapping (key: value) at its top")
    return data
