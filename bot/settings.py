"""Settings, read once from the environment. See docs/house.md for the list."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SECRET_HEADER = "X-BCST2-Secret"


@dataclass(frozen=True, slots=True)
class SignOnSettings:
    """Where staff sign on (OpenID Connect); ``mapping`` says which claims give which role and prison. See docs/sign-on.md."""

    issuer: str
    client_id: str
    secret_file: Path
    mapping: Path
    name: str = "your work account"


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
    sign_on: SignOnSettings | None = None

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


def _day(environ: Mapping[str, str]) -> None:
    """A day that everything is to take for today has to be one (``bot.casework.situation`` reads it)."""
    try:
        date.fromisoformat(environ.get("BCST2_TODAY", "2026-01-01"))
    except ValueError:
        raise SettingsError("BCST2_TODAY: is not a day; write it as 2026-12-24, or leave it out") from None


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises:
        SettingsError: a port is not a number from 1 to 65535, or BCST2_TODAY is not a day.
    """
    env = os.environ if environ is None else environ
    _day(env)
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
        sign_on=_sign_on(env),
    )


def _sign_on(env: Mapping[str, str]) -> SignOnSettings | None:
    issuer = env.get("BCST2_SIGN_ON_ISSUER", "")
    if not issuer:
        return None
    names = ("BCST2_SIGN_ON_CLIENT_ID", "BCST2_SIGN_ON_SECRET_FILE", "BCST2_SIGN_ON_MAP")
    missing = [name for name in names if not env.get(name)]
    if missing:
        raise SettingsError(f"{missing[0]}: is not set, but BCST2_SIGN_ON_ISSUER is; see docs/sign-on.md")
    client_id, secret_file, mapping = (env[name] for name in names)
    more = {"name": env["BCST2_SIGN_ON_NAME"]} if env.get("BCST2_SIGN_ON_NAME") else {}
    return SignOnSettings(issuer.rstrip("/"), client_id, Path(secret_file), Path(mapping), **more)
