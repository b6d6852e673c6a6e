"""A sheet for staff as a row of blocks, before it is HTML, PDF or DOCX. All text is plain; nothing in it is markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.outputs.pdf import css_string, render, to_pdf


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 2 to 4 (1 is the title)."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph. ``kind``: "" | ``inset`` (somebody's own words) | ``warning`` (to be seen first) | ``small``."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and what they are, each value one or more lines. Empty values are left out when it is made (``facts``)."""

    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a heading row; the first cell of a row names it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Points | Facts | Table


@dataclass(slots=True)
class Document:
    """A sheet. ``foot`` stands on each page beside the page number."""

    title: str
    foot: str
    blocks: list[Block] = field(default_factory=list)

    def heading(self, text: str, level: int = 2) -> None:
        """Begin a part."""
        self.blocks.append(Heading(text, level))

    def text(self, text: str, kind: str = "") -> None:
        """Add a paragraph, unless it is empty."""
        if text:
            self.blocks.append(Text(text, kind))

    def points(self, items: Sequence[str]) -> None:
        """Add a list, unless it is empty."""
        if items:
            self.blocks.append(Points(tuple(items)))

    def facts(self, rows: Sequence[tuple[str, str | Sequence[str]]]) -> None:
        """Add names with their values; what has no value is left out."""
        lines = [(name, (value,) if isinstance(value, str) else tuple(value)) for name, value in rows]
        kept = tuple((name, tuple(line for line in value if line)) for name, value in lines if any(value))
        if kept:
            self.blocks.append(Facts(kept))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table, unless it has no rows."""
        if rows:
            self.blocks.append(Table(tuple(head), tuple(tuple(row) for row in rows)))

    def to_html(self) -> str:
        """The sheet as one HTML page."""
        blocks = [(type(block).__name__.lower(), block) for block in self.blocks]
        page = css_string("Page ") + " counter(page) " + css_string(" of ") + " counter(pages)"
        return render(
            "staff.html", title=self.title, blocks=blocks, foot=css_string(self.foot), page=page, language="en", level="staff"
        )

    def to_pdf(self) -> bytes:
        """The sheet as a tagged PDF. Raises NoPdf where this machine cannot make one."""
        return to_pdf(self.to_html())
