"""Alerts: who needs somebody at once, and who has said that they act on it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from bot.interview.answers import clean
from bot.store.alerts import LONGEST_NOTE
from bot.store.plan_types import AlertRow
from bot.web import access
from bot.web.case_words import moment
from bot.web.standing import lines_of
from bot.web.state import web

pages = Blueprint("alerts", __name__)


@pages.get("/alerts")
def show_list() -> str:
    """Every open alert, the oldest first."""
    return render_template("alerts/list.html", lines=lines_of(web().casework.open_alerts(access.prisons())))


@pages.get("/interviews/<interview_id>/staff")
def turn(interview_id: str) -> str:
    """Between an interview's page and the alerts: the screen is turned round first."""
    return render_template("alerts/turn.html", interview_id=web().store.interview(interview_id).id)


@pages.get("/alerts/<alert_id>")
def show(alert_id: str) -> Response | str:
    """One open alert. What was answered or said only before the safeguarding role; that it was looked at is noted."""
    alert = next((each for each in web().casework.open_alerts(access.prisons()) if each.id == alert_id), None)
    if alert is None:
        flash("That alert is acknowledged already. Here are those still open.")
        return redirect(url_for("alerts.show_list"), 303)
    return _page(alert)


def _page(alert: AlertRow, note: str = "", error: str = "") -> str:
    detail = access.sees_detail(alert)
    web().store.audit(access.by(), "alert seen with detail" if detail else "alert seen", alert.id, alert.person_id)
    line = lines_of([alert])[0]
    return render_template("alerts/alert.html", line=line, detail=detail, note=note, error=error, most=LONGEST_NOTE)


@pages.post("/alerts/<alert_id>/acknowledge")
def acknowledge(alert_id: str) -> Response | tuple[str, int]:
    """Note who acts on an alert, and when. The first one counts."""
    note = clean(request.form.get("note", ""))
    if len(note) > LONGEST_NOTE:
        alert = next((each for each in web().casework.open_alerts(access.prisons()) if each.id == alert_id), None)
        if alert is not None:
            return _page(alert, note, f"Write at most {LONGEST_NOTE} characters; there are {len(note)}"), 422
    row = web().casework.acknowledge(alert_id, access.by(), note[:LONGEST_NOTE])
    name = access.names().get(row.acknowledged_by or "", "somebody else")
    if row.acknowledged_by == access.by():
        flash(f"Acknowledged by {name}, {moment(row.acknowledged_at)}.")
    else:
        flash(f"{name} acknowledged it first, {moment(row.acknowledged_at)}. Your note was not kept: add it to a note on the plan.")
    # Somebody who has moved on since is another prison's.
    if not access.here(web().store.prison_of("person", row.person_id)):
        return redirect(url_for("alerts.show_list"), 303)
    return redirect(url_for("people.show", person_id=row.person_id), 303)
