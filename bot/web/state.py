"""What one application holds, and how its parts get at it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import current_app

from bot.casework.casework import Casework
from bot.interview.definitions import Interview
from bot.settings import Settings
from bot.store.store import Store
from bot.web.agencies import Agencies
from bot.web.case_words import CaseWords
from bot.web.health import Health
from bot.web.kept import Kept
from bot.web.papers import Papers
from bot.web.phrases import Phrases
from bot.web.talk import Talk
from bot.web.tongues import Tongues
from bot.web.view import Views

NAME = "bcst2"


@dataclass(frozen=True, slots=True)
class Web:
    """The parts that every blueprint uses."""

    settings: Settings
    store: Store
    interview: Interview
    phrases: Phrases
    talk: Talk
    views: Views
    kept: Kept
    health: Health
    agencies: Agencies
    casework: Casework
    words: CaseWords
    papers: Papers
    tongues: Tongues

    def demo_sign_ins(self) -> list[dict[str, Any]]:
        """The made-up accounts, in a demonstration only."""
        if not self.settings.demo:
            return []
        try:
            found = json.loads((self.settings.home / "demo.json").read_text(encoding="utf-8"))["sign_in"]
        except (OSError, ValueError, LookupError, TypeError):
            return []
        return [account for account in found if isinstance(account, dict)] if isinstance(found, list) else []


def web() -> Web:
    """The parts of the application that this request is for."""
    found: Web = current_app.extensions[NAME]
    return found
