from __future__ import annotations

import io
import shutil
import subprocess

import pytest
from pypdf import PdfReader

from bot.casework.case import Case
from bot.outputs.pdf import NoPdf, to_pdf
from bot.outputs.person_pdf import person_pdf
from tests.outputs import making


@pytest.fixture(scope="session")
def dave() -> Case:
    return making.dave().case()


@pytest.fixture(scope="session")
def lisa() -> Case:
    return making.lisa().case()


@pytest.fixture(scope="session")
def printing() -> None:
    """Skips, with a word, where this machine lacks what PDFs are made with (scripts/system installs it)."""
    try:
        to_pdf('<html lang="en"><title>t</title><p>t</p></html>')
    except NoPdf as error:
        pytest.skip(str(error))
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True).stdout if shutil.which("fc-list") else ""
    if not {"Noto Sans", "Noto Naskh Arabic"} <= set(listed.replace(",", "\n").splitlines()):
        pytest.skip("the Noto fonts are not here; run scripts/system")


@pytest.fixture(scope="session")
def plain_pdf(printing: None, dave: Case) -> PdfReader:
    return PdfReader(io.BytesIO(person_pdf(dave, making.words(), worker="Sam Worker", with_answers=True)))


@pytest.fixture(scope="session")
def easy_arabic_pdf(printing: None, lisa: Case) -> PdfReader:
    return PdfReader(io.BytesIO(person_pdf(lisa, making.words("ar", "easy", making.pseudo), with_answers=True)))
