"""A sheet for staff as a Word document: real headings, lists and tables, so that it can be read aloud and worked on."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import docx
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from bot.outputs.document import Block, Document, Facts, Heading, Points, Table, Text
from bot.outputs.said import direction_of

FONT = "Arial"
BLACK = RGBColor(0x0B, 0x0C, 0x0C)
# A file of the same sheet is the same file: no time of making in it but the sheet's own day.
MADE = datetime(2000, 1, 1)
_SIZES = {"Title": 20, "Heading 2": 14, "Heading 3": 11, "Heading 4": 10, "Normal": 10}


def to_docx(sheet: Document) -> bytes:
    """The sheet as DOCX."""
    paper = docx.Document()
    _set_up(paper, sheet)
    paper.add_paragraph(_clean(sheet.title), style="Title")
    for block in sheet.blocks:
        _add(paper, block)
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


def _set_up(paper: Paper, sheet: Document) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(18)
    section.top_margin = section.bottom_margin = Mm(18)
    for name, size in _SIZES.items():
        style: Any = paper.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), BLACK
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(size / 2), Pt(2)
    foot = section.footer.paragraphs[0]
    foot.text = _clean(sheet.foot) + " · Page "
    _field(foot, "PAGE")
    core = paper.core_properties
    core.title, core.language, core.author, core.comments = _clean(sheet.title), "en-GB", "", ""
    core.created = core.modified = MADE


def _field(paragraph: Any, name: str) -> None:
    """A number that Word works out."""
    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", name), ("end", "")):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = text
        run._r.append(mark)


def _add(paper: Paper, block: Block) -> None:
    if isinstance(block, Heading):
        paper.add_paragraph(_clean(block.text), style=f"Heading {block.level}")
    elif isinstance(block, Text):
        paragraph = paper.add_paragraph()
        paragraph.paragraph_format.left_indent = Mm(6) if block.kind == "inset" else None
        _words(paragraph, block.text, bold=block.kind == "warning")
    elif isinstance(block, Points):
        for item in block.items:
            _words(paper.add_paragraph(style="List Bullet"), item)
    elif isinstance(block, Facts):
        _facts(paper, block)
    elif isinstance(block, Table):
        _table(paper, block)


def _facts(paper: Paper, block: Facts) -> None:
    table = paper.add_table(rows=0, cols=2, style="Table Grid")
    table.autofit = False
    for name, lines in block.rows:
        first, second = table.add_row().cells
        first.width, second.width = Mm(44), Mm(130)
        _words(first.paragraphs[0], name, bold=True)
        for number, line in enumerate(lines):
            _words(second.paragraphs[0] if number == 0 else second.add_paragraph(), line)


def _table(paper: Paper, block: Table) -> None:
    table = paper.add_table(rows=1, cols=len(block.head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, block.head, strict=True):
        _words(cell.paragraphs[0], text, bold=True)
    # Readers aloud, and a table that goes over a page, name the columns by this row.
    head = OxmlElement("w:tblHeader")
    head.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(head)
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _words(cell.paragraphs[0], text)


def _words(paragraph: Any, text: str, bold: bool = False) -> None:
    run = paragraph.add_run(_clean(text))
    run.bold = bold or None
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
    if direction_of(text) == "rtl":
        run.font.rtl = True
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _clean(text: str) -> str:
    """Text that XML can hold."""
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or (letter >= " " and not "\ud800" <= letter <= "\udfff" and letter not in "\ufffe\uffff")
    )
