"""Who a person can turn to: each is shown with their own words and their own number, however the file is put in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.interview.loading import DATA
from bot.store import prison_settings
from bot.web.check_contacts import check_contacts
from tests.web.conftest import House, text_of

FILE = DATA / "contacts.yml"
HEAD, *ROWS = FILE.read_text(encoding="utf-8").split("  - ")


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of contacts that can be written anew."""
    path = tmp_path / FILE.name
    monkeypatch.setattr(prison_settings, "FILE", path)
    prison_settings.usual_phrases.cache_clear()
    yield path
    prison_settings.usual_phrases.cache_clear()


def test_another_order_leaves_each_number_with_its_words(put: Path, house: House) -> None:
    put.write_text("  - ".join([HEAD, *ROWS[:0:-1]]), encoding="utf-8")  # from the last to the second: without Listeners
    prison = house.person("Daniel").prison
    assert [each.name for each in house.store.settings(prison).contacts][-1] == "Samaritans"
    page = text_of(house.client().get("/support").get_data(as_text=True))
    assert "Listener" not in page
    assert page.index("Healthcare") < page.index("Samaritans") < page.index("Phone: 116 123")
    assert page.count("116 123") == 1
    assert "Call from a prison phone" in page[page.index("Samaritans") : page.index("116 123")]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("phrase: contact_safer", "phrase: contact_saver", "has no phrase 'contact_saver'"),
        ("phrase: contact_safer", "phrase: contact_listeners", "the contact 'contact_listeners' stands on line 8 too"),
        ('phone: "116 123"', 'fone: "116 123"', "unknown key 'fone'"),
        ('phone: "116 123"', "phone: 116123", "a contact has no 'phone' in words"),
        (
            "name: Samaritans",
            "name: Good Samaritans",
            "'name' of 'contact_samaritans' is not what its phrase says; write “Samaritans”",
        ),
        (FILE.read_text(encoding="utf-8").split("contacts:\n")[1], "  []\n", "somebody must be there to turn to"),
        ("contacts:", "contact:", "somebody must be there to turn to"),
        ("contacts:", "contacts: {", "mend the YAML there"),
    ],
)
def test_a_mistake_in_the_file_is_said_with_its_mend(tmp_path: Path, old: str, new: str, says: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / FILE.name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert any(says in line for line in check_contacts(tmp_path)), check_contacts(tmp_path)


def test_the_contacts_of_today_have_no_fault() -> None:
    assert check_contacts() == []
