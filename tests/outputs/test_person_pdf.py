"""The PDF itself: tagged, in order, with its fonts, and made without asking anybody for anything."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader

from bot.outputs.pdf import TEMPLATES, css_string, to_pdf
from tests.outputs import making


def text_of(reader: PdfReader) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def tags(reader: PdfReader) -> Iterator[str]:
    """The structure tags in reading order."""

    def walk(node: Any) -> Iterator[str]:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for kid in node:
                yield from walk(kid)
        elif isinstance(node, dict):
            if "/S" in node:
                yield str(node["/S"])
            yield from walk(node.get("/K", []))

    yield from walk(reader.trailer["/Root"]["/StructTreeRoot"]["/K"])


def fonts(reader: PdfReader) -> list[tuple[str, bool]]:
    """(name, whether it is in the file) of every font."""
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"].get_object()
            found[str(inner["/BaseFont"])] = any(key.startswith("/FontFile") for key in described)
    return sorted(found.items())


def test_it_says_that_it_is_accessible(plain_pdf: PdfReader, easy_arabic_pdf: PdfReader) -> None:
    for reader, language in ((plain_pdf, "en"), (easy_arabic_pdf, "ar")):
        root = reader.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == language
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]
        assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data().replace(
            b'pdfuaid:part="1"', b"<pdfuaid:part>1</pdfuaid:part>"
        )
        assert reader.metadata is not None and reader.metadata.title


def test_its_structure_is_tagged(plain_pdf: PdfReader) -> None:
    found = list(tags(plain_pdf))
    assert found.count("/H1") == 1
    assert {"/H2", "/H3", "/P", "/Table", "/TR", "/TH", "/TD", "/L", "/LI"} <= set(found)
    headings = [tag for tag in found if re.fullmatch(r"/H\d", tag)]
    # No level is skipped on the way down.
    assert all(int(after[2]) - int(before[2]) <= 1 for before, after in pairwise(headings))


def test_it_reads_in_order(plain_pdf: PdfReader) -> None:
    text = text_of(plain_pdf)
    parts = [
        "My plan for leaving prison", "A0001AA", "What matters most to you", "Who to ask", "Dates to remember", "Where you live",
        "Work and learning", "Money", "What is done", "What we do with everybody", "What you said no to", "How to reach them",
        "After you leave", "What you said we may share", "If you need somebody to talk to", "This is what you told us.",
    ]  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_its_words_can_be_searched_and_read_aloud(plain_pdf: PdfReader) -> None:
    text = text_of(plain_pdf)
    assert "Because you need a settled place to live when you leave." in text
    assert "A home of my own & seeing my kids." in text
    assert f"Page 1 of {len(plain_pdf.pages)}" in text


def test_arabic_is_in_its_own_font_and_letters(easy_arabic_pdf: PdfReader) -> None:
    names = fonts(easy_arabic_pdf)
    assert all(embedded for _, embedded in names)
    assert any("Naskh" in name for name, _ in names)
    assert re.search("[\u0600-\u06ff]{4}", text_of(easy_arabic_pdf))


def test_all_fonts_are_in_the_file(plain_pdf: PdfReader) -> None:
    assert fonts(plain_pdf) and all(embedded and "Noto-Sans" in name for name, embedded in fonts(plain_pdf))


def test_it_is_legible_in_black_and_white() -> None:
    for colour in re.findall(r"#([0-9a-f]{6})\b", (TEMPLATES / "paper.css").read_text(encoding="utf-8")):
        parts = [int(colour[place : place + 2], 16) for place in (0, 2, 4)]
        assert max(parts) - min(parts) <= 16, colour


def test_nothing_is_fetched(printing: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a paper asked for something")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    asks = '<link rel="stylesheet" href="http://127.0.0.1/a.css"><img src="file:///etc/hostname" alt="">'
    page = f'<html lang="en"><title>t</title>{asks}<p>seen</p></html>'
    assert "seen" in text_of(PdfReader(io.BytesIO(to_pdf(page))))


def test_a_foot_cannot_end_its_string() -> None:
    assert str(css_string('a"} * { display: none')) == r'"a\22 \7d  \2a  \7b  display\3a  none"'


def test_pictures_have_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.outputs.person_pdf import person_html

    picture = "data:image/svg+xml;base64,PHN2Zy8+"
    html = person_html(making.dave().case(), making.words(level="easy"), pictures={"topic_accommodation": picture})
    assert f'<img class="picture" src="{picture}" alt="" width="72" height="72">' in html
