"""The only way into Rasa: the web process, over loopback, with the shared secret.

Rasa's own REST channel takes any sender from anyone. And a person may type a leading "/": what is typed never becomes a payload.
"""

from __future__ import annotations

import hmac
import os
from typing import Any, Awaitable, Callable, Dict, Optional, Text

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.dialogue.answers import check_quickly

HEADER = "X-BCST2-Secret"


def disarm(text: Text) -> Text:
    """Typed words with a leading slash made harmless; the store gets the words as they were typed."""
    stripped = text.lstrip()
    return stripped.lstrip("/").lstrip() or "-" if stripped.startswith("/") else text


class PageInput(InputChannel):
    """Takes ``{sender, message, typed, metadata}`` and answers with the list of what the bot says."""

    @classmethod
    def name(cls) -> Text:
        return "page"

    def __init__(self, secret: Optional[Text] = None) -> None:
        check_quickly()
        self._secret = os.environ.get("BCST2_SECRET", "") if secret is None else secret

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "PageInput":
        return cls()

    def _trusted(self, request: Request) -> bool:
        given = request.headers.get(HEADER, "")
        return bool(self._secret) and hmac.compare_digest(given.encode(), self._secret.encode())

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        page = Blueprint("page_webhook", "page_webhook")

        @page.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            if not self._trusted(request):
                return response.json({"error": "not allowed"}, status=403)
            body = request.json or {}
            text = str(body.get("message") or "")
            collector = CollectingOutputChannel()
            message = UserMessage(
                disarm(text) if body.get("typed", True) else text,
                collector,
                str(body.get("sender")),
                input_channel=self.name(),
                metadata=body.get("metadata") or {},
            )
            # An exception here is Rasa's: it answers 500 and the page says that nothing was lost. It must not log the text.
            await on_new_message(message)
            return response.json(collector.messages)

        return page
