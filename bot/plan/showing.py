"""The menu as other programs see it (``bcst2 show activities``, contracts.md)."""

from __future__ import annotations

from typing import Any

from bot.plan.definitions import Activity, PlanData
from bot.plan.loading import load_plan


def show_activities(plan: PlanData | None = None) -> list[dict[str, Any]]:
    """Every activity, in the order of the instruction. Raises ContentError if the files of the plan cannot be read."""
    loaded = plan or load_plan()
    return [_shown(loaded, activity) for activity in loaded.activities.values()]


def _shown(plan: PlanData, activity: Activity) -> dict[str, Any]:
    return {
        "id": activity.id,
        "pathway": activity.pathway,
        "level": activity.level,
        "activity": activity.activity,
        "outcomes": [plan.outcomes[name].text for name in activity.outcomes],
        "provide": activity.provide,
        "joint_with": list(activity.joint_with),
        "signpost": activity.signpost,
        "services": list(activity.services),
        "source": "; ".join(activity.source),
        "note": activity.note,
        "outcome_ids": list(activity.outcomes),
        "labels": {name: plan.label(name) for name in (*activity.joint_with, *activity.services)},
        "screening": activity.screening,
        "more_time": activity.more_time,
        "consent": list(activity.consent),
        "sensitive": activity.sensitive,
        "wording": {"en": {"plain": activity.plain, "easy": activity.easy}},
    }


def show_courses(plan: PlanData) -> list[dict[str, Any]]:
    """Every Virtual Campus course, in the order of Annex B."""
    keys = ("id", "name", "group", "interest", "kind", "licence", "about", "source")
    return [{key: getattr(course, key) for key in keys} for course in plan.courses.values()]
