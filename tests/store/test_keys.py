from __future__ import annotations

import base64
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.interview.answers import Answer
from bot.store import Store
from bot.store import keys as keys_module
from bot.store import store as store_module
from bot.store.errors import (
    BadInput,
    KeysMalformed,
    KeysMissing,
    KeysThere,
    KeysUnreadable,
    StoreDamaged,
    StoreUnreachable,
    WrongKeys,
)
from bot.store.keys import Cipher, create_keys, load_keys, rotate
from bot.store.types import Decision, InterviewState
from tests.store.making import begin, make_record, say

needs_a_user = pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read and write everything")


def test_a_key_file_is_made_for_this_user_only(keys: Path) -> None:
    create_keys(keys)
    assert keys.stat().st_mode & 0o777 == 0o600
    assert keys.parent.stat().st_mode & 0o777 == 0o700
    assert len(load_keys(keys)) == 1
    assert list(keys.parent.iterdir()) == [keys]


def test_a_key_file_is_never_overwritten(keys: Path) -> None:
    create_keys(keys)
    before = keys.read_text()
    with pytest.raises(KeysThere, match="is there already"):
        create_keys(keys)
    assert keys.read_text() == before
    assert list(keys.parent.iterdir()) == [keys]


CONTENTS = {
    "empty": b"",
    "lines": b"\n\n",
    "words": b"not a key\n",
    "short": b"AAAA\n",
    "bytes": b"\xff\xfe",
    "one bad": base64.urlsafe_b64encode(bytes(32)) + b"\nx\n",
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_a_malformed_key_file_is_named(keys: Path, content: bytes) -> None:
    create_keys(keys)
    keys.write_bytes(content)
    with pytest.raises(KeysMalformed, match=str(keys)) as caught:
        load_keys(keys)
    assert "\n" not in str(caught.value)


def test_a_key_file_that_others_can_read_is_refused(keys: Path) -> None:
    create_keys(keys)
    keys.chmod(0o640)
    with pytest.raises(KeysUnreadable, match="chmod 600"):
        load_keys(keys)
    keys.chmod(0o400)
    assert load_keys(keys)


def test_a_key_file_that_is_none_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(KeysUnreadable, match="cannot be read"):
        load_keys(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysUnreadable, match="cannot be written"):
        create_keys(tmp_path / "file" / "keys")


def test_without_a_key_file_nothing_is_made(sqlite_url: str, file: Path, keys: Path) -> None:
    with pytest.raises(KeysMissing, match=str(keys)):
        Store.open(sqlite_url, keys)
    assert not file.parent.exists()


def test_no_new_keys_are_made_for_an_old_database(lite: Store, sqlite_url: str, keys: Path) -> None:
    lite.close()
    keys.unlink()
    with pytest.raises(KeysMissing):
        Store.open(sqlite_url, keys, create_keys=True)
    assert not keys.exists()


def test_wrong_keys_are_found_at_opening_and_nothing_is_written(
    lite: Store, sqlite_url: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(lite)
    lite.close()
    before = file.read_bytes()
    wrong = tmp_path / "wrong.keys"
    create_keys(wrong)
    # It must not come to a migration, which would write.
    monkeypatch.setattr(store_module, "migrate", lambda _: 1 / 0)
    with pytest.raises(WrongKeys, match="does not fit this database"):
        Store.open(sqlite_url, wrong)
    assert file.read_bytes() == before


def test_what_is_sealed_does_not_tell_its_length(keys: Path) -> None:
    create_keys(keys)
    cipher = Cipher(keys)
    assert {len(cipher.seal({"options": [option]})) for option in ("yes", "no", "rather_not_say")} == {len(cipher.seal("x" * 200))}
    assert cipher.unseal(cipher.seal("x" * 254)) == "x" * 254
    with pytest.raises(BadInput):
        cipher.seal({"x": object()})
    token = cipher.seal("x")
    for broken in (token[:-8], token.replace(token[20], "0" if token[20] != "0" else "1"), "", "ä"):
        with pytest.raises(StoreDamaged):
            cipher.unseal(broken)


def columns(store: Store) -> list[str]:
    with store.read() as session:
        names = (("details", "people"), ("payload", "answers"), ("reply", "turns"), ("token", "key_check"))
        return [token for column, table in names for token in session.scalars(text(f"SELECT {column} FROM {table}"))]


def fill(store: Store) -> list[object]:
    interviews = [begin(store, number) for number in range(1, 4)]
    for interview in interviews:
        for number in range(5):
            store.take_turn(interview.id, f"t{number}", say(Answer(f"q{number % 2}", text="words")))
    return [interview.id for interview in interviews]


def contents(store: Store, ids: list[object]) -> list[object]:
    return [(store.history(str(id_)), store.last_turn(str(id_)), store.state(str(id_))) for id_ in ids]


def test_rotation_encrypts_every_row_anew(store: Store, url: str, keys: Path) -> None:
    ids = fill(store)
    before, old = contents(store, ids), columns(store)
    assert rotate(store, keys, by="keeper", batch=4) == 3 + 15 + 15
    newest, *rest = load_keys(keys)
    assert len(rest) == 1
    assert not set(columns(store)) & set(old)
    assert contents(store, ids) == before
    rows = store.audit_rows(limit=2)
    assert [(row.who, row.what) for row in rows] == [("keeper", "key rotated"), ("keeper", "key rotation begun")]
    # The new key alone is enough.
    keys.write_text(newest)
    with Store.open(url, keys) as again:
        assert contents(again, ids) == before
        again.check()
    # The old one is not.
    keys.write_text(rest[0])
    with pytest.raises(WrongKeys):
        Store.open(url, keys)


def test_a_rotation_cut_short_goes_on_with_the_same_key(
    store: Store, url: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(store)
    before = contents(store, ids)
    reseal, count = Cipher.reseal, iter(range(100))

    def fails(self: Cipher, token: str) -> str:
        if next(count) == 9:
            raise RuntimeError("cut short")
        return reseal(self, token)

    with monkeypatch.context() as patch:
        patch.setattr(Cipher, "reseal", fails)
        with pytest.raises(RuntimeError):
            rotate(store, keys, batch=4)
    half_way = load_keys(keys)
    assert contents(store, ids) == before
    with Store.open(url, keys) as other:
        assert contents(other, ids) == before
        assert rotate(other, keys, batch=4) == 33 - 7
    assert load_keys(keys) == half_way
    keys.write_text(half_way[0])
    with Store.open(url, keys) as again:
        assert contents(again, ids) == before
        rotate(again, keys)
    assert len(load_keys(keys)) == 2


def test_half_way_through_a_rotation_both_keys_are_needed(
    store: Store, url: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    monkeypatch.setattr(keys_module, "_reseal", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        rotate(store, keys)
    for key in load_keys(keys):
        alone = keys.with_name("alone")
        alone.write_text(key)
        alone.chmod(0o600)
        with pytest.raises(WrongKeys):
            Store.open(url, alone)


def test_a_store_open_elsewhere_follows_a_rotation(store: Store, url: str, keys: Path) -> None:
    (interview, *_) = fill(store)
    with Store.open(url, keys) as other:
        assert rotate(other, keys) == 33
        store._cache._known.clear()
        assert store.state(str(interview)) == other.state(str(interview))
        store.take_turn(str(interview), "after", say(Answer("q", text="after")))
        keys.write_text(load_keys(keys)[0])
        assert other.state(str(interview)).answers["q"].text == "after"


def test_a_write_after_a_rotation_elsewhere_uses_the_new_key(store: Store, url: str, keys: Path) -> None:
    with Store.open(url, keys) as other:
        rotate(other, keys)
    person = store.add_person(make_record(), by="worker")
    keys.write_text(load_keys(keys)[0])
    with Store.open(url, keys) as again:
        assert again.person(person.id) == person


def test_a_rotation_waits_for_whoever_is_writing(store: Store, url: str, keys: Path) -> None:
    interview = begin(store)
    writing = threading.Event()

    def decide_slowly(state: InterviewState) -> Decision:
        writing.set()
        time.sleep(0.5)
        return say(Answer("q", text="slow"))(state)

    with Store.open(url, keys) as other:
        thread = threading.Thread(target=other.take_turn, args=(interview.id, "t1", decide_slowly))
        thread.start()
        assert writing.wait(5)
        assert rotate(store, keys) == 3
        thread.join()
    keys.write_text(load_keys(keys)[0])
    with Store.open(url, keys) as again:
        assert again.state(interview.id).answers["q"].text == "slow"


def test_what_was_written_with_the_old_key_meanwhile_is_rotated_too(
    store: Store, url: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    late = {"token": store.cipher.seal(make_record(1).to_json()), "number": "A0001ZZ"}
    reseal = keys_module._reseal

    def overtaken(database: Store, id_: Any, column: Any, batch: int) -> int:
        done = reseal(database, id_, column, batch)
        if late and column.key == "reply":
            with store.write() as session:
                session.execute(text("UPDATE people SET details = :token WHERE prison_number = :number"), late)
            late.clear()
        return done

    monkeypatch.setattr(keys_module, "_reseal", overtaken)
    assert rotate(store, keys) == 33 + 1
    keys.write_text(load_keys(keys)[0])
    with Store.open(url, keys) as again:
        assert again.person_by_number("A0001ZZ").record == make_record(1)


def test_a_key_put_first_by_hand_is_used(store: Store, url: str, keys: Path) -> None:
    ids = fill(store)
    old = keys.read_text()
    keys.write_text(Fernet.generate_key().decode() + "\n" + old)
    with Store.open(url, keys) as other:
        begin(other, 9)
        assert rotate(other, keys) == 33
        assert len(load_keys(keys)) == 2
        assert len(contents(other, ids)) == 3


def test_only_the_stores_own_key_file_can_be_rotated(store: Store, tmp_path: Path) -> None:
    with pytest.raises(KeysUnreadable):
        rotate(store, tmp_path / "other.keys")


@needs_a_user
def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path, keys: Path) -> None:
    create_keys(keys)
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(StoreUnreachable, match="cannot be written"):
        Store.open(f"sqlite:///{tmp_path / 'shut' / 'x.sqlite3'}", keys)
    with pytest.raises(KeysUnreadable):
        create_keys(tmp_path / "shut" / "keys")


def test_a_row_put_in_the_place_of_another_kind_is_found(store: Store) -> None:
    person = store.add_person(make_record(), by="worker")
    with store.write() as session:
        session.execute(text("UPDATE people SET details = :token"), {"token": store.cipher.seal({"prison_number": "x"})})
    with pytest.raises(StoreDamaged, match=r"fields: .*prison_number"):
        store.person(person.id)
