"""Settings, read once from the environment. See docs/house.md for the list."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET_HEADER = "X-BCST2-Secret"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and where the processes listen. Paths are absolute."""

    home: Path
    database: str
    keys: Path
    host: str
    port: int
    rasa_port: int
    actions_port: int
    secret: str
    demo: bool

    @property
    def rasa_url(self) -> str:
        return f"http://127.0.0.1:{self.rasa_port}"


class SettingsError(Exception):
    """A setting cannot be used; the message names the variable and the mend."""


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"{name}: is not a port; set a number from 1 to 65535")
    return int(text)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a port is not a number from 1 to 65535.
    """
    env = os.environ if environ is None else environ
    home = Path(env.get("BCST2_HOME", ROOT / "var")).resolve()
    return Settings(
        home=home,
        database=env.get("BCST2_DATABASE", f"sqlite:///{home / 'bcst2.sqlite3'}"),
        keys=Path(env.get("BCST2_KEYS", home / "keys" / "store.keys")),
        host=env.get("BCST2_HOST", "127.0.0.1"),
        port=_port(env, "BCST2_PORT", 8080),
        rasa_port=_port(env, "BCST2_RASA_PORT", 5005),
        actions_port=_port(env, "BCST2_ACTIONS_PORT", 5055),
        secret=env.get("BCST2_SECRET", ""),
        demo=env.get("BCST2_DEMO", "") == "1",
    )
