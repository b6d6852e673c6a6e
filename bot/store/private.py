"""What of a person's case any worker may see, as a pure rule: for exports without private parts, and for erasing those parts first.

It is the careful side of ``bot.casework.covering``: what the content no longer knows counts as private.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.plan.items import PRIVATE
from bot.plan.life import Event, History, current
from bot.store.columns import is_digest
from bot.store.plan_types import AlertRow, StoredItem, Summary

TOLD = "of what you told us"
# In the place of a service that would tell of a private need.
LEFT_OUT = "left_out"
# Marks an item from which everything private was taken already.
DONE = "private_left_out"
_OF_SERVICE: dict[str, Any] = {"service": None, "service_kinds": [], "service_others": []}


@dataclass(frozen=True, slots=True)
class OpenParts:
    """What is known not to be private: questions, consents and needs by id, routes and groups as ``route:…`` and ``cohort:…``."""

    questions: frozenset[str]
    consents: frozenset[str]
    needs: frozenset[str]
    about: frozenset[str]

    def question(self, name: str | None) -> bool:
        """Whether a question, or a fact such as ``record.sex``, may be seen by any worker; None is no question."""
        return name is None or "." in name or name in self.questions

    def beside(self, about: str) -> bool:
        """Whether a record beside the items may be seen: of a contact always."""
        return about.startswith("contact:") or about in self.about

    def item(self, item: StoredItem) -> StoredItem | None:
        """An item without what rests on private answers; None where it is private itself. One that hides nothing is as it was."""
        if not item.history or current(item.history).snapshot.get("sensitive"):
            return None
        opened, hides = self._history(item.history)
        return replace(item, history=opened) if hides else item

    def _history(self, history: History) -> tuple[History, bool]:
        made = [self._event(event) for event in history]
        key = str(history[0].data["item"]["key"])
        tells = is_digest(key.partition(":")[2]) and not history[0].data["item"].get(DONE)
        if not tells and not any(hides for _, hides in made):
            return history, False
        # Where one reason was private, any service may have been chosen for it.
        new_key = f"{key.partition(':')[0]}:{secrets.token_hex(4)}" if ":" in key else key
        return tuple(
            replace(event, data=_without_services(data, new_key)) for event, (data, _) in zip(history, made, strict=True)
        ), True

    def _event(self, event: Event) -> tuple[dict[str, Any], bool]:
        data = dict(event.data)
        item = data.get("item")
        if not isinstance(item, Mapping):
            return data, False
        given = list(item.get("because") or ())
        shown = [self._reason(reason) for reason in given if self._open_reason(reason)]
        if shown == given:
            return data, False
        if not shown:
            shown = [{"kind": PRIVATE, "text": TOLD, "source": "", "answers": []}]
        data["item"] = {**item, "because": shown}
        return data, True

    def _open_reason(self, reason: Mapping[str, Any]) -> bool:
        answers = reason.get("answers") or ()
        return not reason.get("sensitive") and (not answers or any(self.question(answer["question"]) for answer in answers))

    def _reason(self, reason: Mapping[str, Any]) -> dict[str, Any]:
        answers = [answer for answer in reason.get("answers") or () if self.question(answer["question"])]
        return {**reason, "answers": answers}

    def summary(self, summary: Summary) -> Summary:
        """What lists need of a plan, without private needs."""
        needs = tuple(need for need in summary.needs if need[0] in self.needs and need[0] not in summary.private)
        cohorts = [name for name in summary.more.get("cohorts", ()) if f"cohort:{name}" in self.about]
        return Summary(needs, frozenset(), {**summary.more, "cohorts": cohorts})


def open_alert(alert: AlertRow) -> AlertRow:
    """An alert as any worker sees it: the words that may stand on any page, and nothing behind them where it is sensitive."""
    # Its kind and the paragraph it comes from would name what it is about.
    return replace(alert, rule=None, kind="", detail="", because=(), said="", source="", note="") if alert.sensitive else alert


def _without_services(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    kept = dict(data)
    if isinstance(kept.get("item"), Mapping):
        kept["item"] = {**kept["item"], **_OF_SERVICE, "key": key, DONE: True}
    if kept.get("service"):
        kept["service"] = LEFT_OUT
    sent: Sequence[Mapping[str, Any]] = kept.get("signpostings") or ()
    if sent:
        kept["signpostings"] = [{**one, "service": LEFT_OUT} for one in sent]
    return kept
