"""The way to Rasa: one client for the pages, the JSON API and the health check."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Protocol

import urllib3

from bot.settings import SECRET_HEADER, Settings

WEBHOOK = "/webhooks/page/webhook"
CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
PAUSE_SECONDS = 0.3
CONVERSATIONS_AT_ONCE = 32


class RasaDown(Exception):
    """Rasa did not answer, or not as it should. The text holds nothing that was said."""


class Dialogue(Protocol):
    """What the pages need of Rasa."""

    def say(self, sender: str, message: str, typed: bool, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Say something in a conversation; what came back. Raises RasaDown."""


class RasaClient:
    """Talks to Rasa's page channel over loopback."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.rasa_url + WEBHOOK
        self._headers = {SECRET_HEADER: settings.secret, "Content-Type": "application/json"}
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=ANSWER_SECONDS)
        self._pool = urllib3.PoolManager(maxsize=CONVERSATIONS_AT_ONCE, retries=False, timeout=timeout)

    def say(self, sender: str, message: str, typed: bool, metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Say something in a conversation; what came back.

        A message that did not get through is sent once more: the store takes the same turn only once.

        Raises:
            RasaDown: there was no answer within ten seconds, or not a list of messages.
        """
        body = json.dumps({"sender": sender, "message": message, "typed": typed, "metadata": dict(metadata)}).encode("ascii")
        try:
            return self._post(body)
        except (urllib3.exceptions.ProtocolError, urllib3.exceptions.NewConnectionError):
            time.sleep(PAUSE_SECONDS)
        except urllib3.exceptions.HTTPError as error:
            raise RasaDown(f"rasa did not answer ({type(error).__name__})") from None
        try:
            return self._post(body)
        except urllib3.exceptions.HTTPError as error:
            raise RasaDown(f"rasa did not answer ({type(error).__name__})") from None

    def _post(self, body: bytes) -> list[dict[str, Any]]:
        response = self._pool.request("POST", self._url, body=body, headers=self._headers)
        if response.status != 200:
            raise RasaDown(f"rasa answered {response.status}")
        try:
            said = response.json()
        except ValueError:
            raise RasaDown("rasa answered something that is not JSON") from None
        if not isinstance(said, list):
            raise RasaDown("rasa answered something that is not a list of messages")
        return [message for message in said if isinstance(message, dict)]
