"""The sandbox's page: what a person in HR would see. Rendered here, escaped, nothing from elsewhere."""

from __future__ import annotations

import hmac
import json
import secrets
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Blueprint, Response, render_template, request

from sync.sandbox.faces.feishu_imports import NOTE as FEISHU_NOTE
from sync.sandbox.faces.feishu_imports import on_the_page
from sync.sandbox.faces.greenhouse import NOTE as GREENHOUSE_NOTE
from sync.sandbox.faces.greenhouse_rows import number
from sync.sandbox.faults import SLOW, Faults, FaultsInvalid
from sync.sandbox.fields import titled
from sync.sandbox.forms import Form, form_of, save, specification, switches
from sync.sandbox.store import STATUSES, Held, Store, StoreRefuses

LANGUAGES = ("zh", "en")
FAULTS = "faults"
"""The form of the faults, by the name that `?edit=` calls it."""
FOLDER = Path(__file__).parent


def page_routes(store: Store, faults: Faults) -> Blueprint:
    """The page at `/`, what a person changes on it, and the number that tells it when to look again.

    A change carries the token of this run, which no page of another address can read.
    """
    routes = Blueprint("page", __name__, template_folder=str(FOLDER))
    words = tomllib.loads((FOLDER / "page.toml").read_text("utf-8"))
    token = secrets.token_urlsafe(16)

    def render(edit: Form | str | None = None, problem: str = "", status: int = 200) -> Response:
        language, nonce = chosen_language(), secrets.token_urlsafe(12)
        html = render_template(
            "page.html",
            nonce=nonce,
            token=token,
            edit=edit,
            problem=words[language].get(f"problem_{problem}", problem),
            **content(store, faults, words[language], language),
        )
        return guarded(Response(html, status), nonce)

    @routes.get("/")
    def page() -> Response:
        kind, _, name = request.args.get("edit", "").partition(":")
        return render(FAULTS if kind == FAULTS else form_of(kind, name, store, chosen_language()))

    @routes.post("/edit/faults")
    def switch() -> Response:
        if not from_the_page(token):
            return render(FAULTS, "stale", 403)
        spec = request.form.get("spec")
        try:
            faults.set(specification(request.form) if spec is None else spec.strip())
        except FaultsInvalid:
            return render(FAULTS, "faults_invalid", 422)
        return back(FAULTS)

    @routes.post("/edit/<kind>/<name>")
    def change(kind: str, name: str) -> Response:
        form = form_of(kind, name, store, chosen_language())
        if form is None:
            return render(None, "gone", 404)
        if not from_the_page(token):
            return render(form.with_entered(request.form), "stale", 403)
        try:
            save(form, request.form, store, faults)
        except StoreRefuses as refused:
            return render(form.with_entered(request.form), refused.code, refused.status)
        return back(f"{kind}-{name}")

    @routes.get("/revision")
    def revision() -> Response:
        return Response(seen(store, faults), mimetype="text/plain", headers={"Cache-Control": "no-store"})

    return routes


def content(store: Store, faults: Faults, words: dict[str, str], language: str) -> dict[str, Any]:
    """What the page shows, by the names that its template calls it."""
    return {
        "language": language,
        "other": LANGUAGES[1 - LANGUAGES.index(language)],
        "words": words,
        "revision": seen(store, faults),
        "statuses": STATUSES,
        "candidates": candidates(store),
        "assessments": [shown(held, store, language) for held in store.assessments()],
        "notes": [*map(said, store.notes()), *feed(store)],
        "imported": on_the_page(store),
        "positions": store.all("position"),
        "templates": store.all("template"),
        "faults": faults.spec,
        "switches": switches(faults),
        "skew": f"{faults.skew_s:g}",
        "seed": seed_of(faults.spec),
        "wrong": in_words(faults, words),
    }


def from_the_page(token: str) -> bool:
    """Whether a form is one of this page, in this run."""
    return hmac.compare_digest(request.form.get("token", "").encode(), token.encode())


def back(place: str) -> Response:
    """To the page again, where the change is."""
    return Response(status=303, headers={"Location": f"/?lang={chosen_language()}#{quote(place)}"})


def seed_of(spec: str) -> str:
    """The seed that a specification names; "" = none."""
    seeds = [part.strip()[5:] for part in spec.split(",") if part.strip().startswith("seed=")]
    return seeds[-1] if seeds else ""


def chosen_language() -> str:
    """`lang` of the address or the form, else what the browser asks for."""
    wanted = request.values.get("lang", "")
    return wanted if wanted in LANGUAGES else request.accept_languages.best_match(LANGUAGES, "en") or "en"


def in_words(faults: Faults, words: dict[str, str]) -> list[str]:
    """What goes wrong at the moment, a line each, with how likely and how often it may still be."""
    lines = []
    for fault in faults.in_force():
        told = [f"{fault.chance:.0%}"] if fault.chance < 1 else []
        told += [f"{fault.seconds:g} s"] if fault.name == SLOW else []
        told += [f"× {fault.times}"] if fault.times is not None else []
        lines.append(" · ".join([words[f"fault_{fault.name}"], *told]))
    return lines + ([f"{words['fault_skew']} {faults.skew_s:g} s"] if faults.skew_s else [])


def seen(store: Store, faults: Faults) -> str:
    """Changes whenever the page would look different."""
    return f"{store.id}.{store.revision}.{faults.spec}"


def guarded(response: Response, nonce: str) -> Response:
    """Nothing but this page's own style and script may run, and no other page may frame it."""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def candidates(store: Store) -> list[dict[str, Any]]:
    """Candidates with the title of their position and the local time of their interview."""
    titles = {position["id"]: position["title"] for position in store.all("position")}
    rows = []
    for candidate in store.all("candidate"):
        interview = candidate["interview"] or {}
        rows.append(
            {
                "id": candidate["id"],
                "name": candidate["name"],
                "email": candidate["email"],
                "position": titles.get(candidate["position_id"], ""),
                "planned": local_time(interview.get("scheduled_at"), interview.get("time_zone", "UTC")),
                "zone": interview.get("time_zone", ""),
                "status": interview.get("status"),
                "step": STATUSES.index(interview["status"]) if interview.get("status") in STATUSES else -1,
            }
        )
    return rows


def shown(held: Held, store: Store, language: str) -> dict[str, Any]:
    """An assessment as the page shows it: the newest revision as it stands, with what people changed in it."""
    body = json.loads(held.body)
    stands = store.standing(body["assessment_id"])
    newest = stands is not None and stands.body["external_id"] == held.external_id
    if stands is not None and newest:
        body = body | stands.body
    for comment in body["comments"]:
        comment["clock"] = "–".join(filter(None, map(clock, (comment["time_s"], comment.get("end_s")))))
    return {
        "held": held,
        "newest": newest,
        "files": [file | {"share": _share(file)} for file in store.uploads(held.external_id)],
        "body": body,
        "own": titled(body.get("custom_fields") or {}, language),
        "raw": held.body.decode(),
        "signed": in_utc(body["signed_at"]),
        "arrived": in_utc(held.received_at),
    }


def said(note: dict[str, Any]) -> dict[str, Any]:
    """A note as the page shows it."""
    body: dict[str, Any] = json.loads(note["body"])
    candidate = json.loads(note["candidate"]) if note["candidate"] else {}
    return body | {"candidate": candidate.get("name", ""), "arrived": in_utc(note["received_at"])}


def feed(store: Store) -> list[dict[str, Any]]:
    """Notes that faces keep as plain text, results of Greenhouse among them, the newest first."""
    people = {one["id"]: one["name"] for one in store.all("candidate")}
    people |= {str(number("candidate", one)): name for one, name in people.items()}
    kept = [
        (_in_utc(one["create_time"] / 1000), people.get(str(one["talent_id"]), ""), one["content"])
        for one in store.documents(FEISHU_NOTE)
    ]
    kept += [
        (one["created_at"], people.get(str(one["candidate_id"]), ""), one["body"])
        for one in store.documents(GREENHOUSE_NOTE)
    ]
    newest = sorted(kept, key=lambda one: datetime.fromisoformat(one[0]), reverse=True)
    return [{"candidate": who, "text": text, "arrived": in_utc(at)} for at, who, text in newest]


def _in_utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _share(file: dict[str, Any]) -> int:
    """How much of a file has arrived, in %."""
    return 100 if file["received_at"] else int(100 * file["offset"] / max(1, file["size"]))


def clock(time_s: float | None) -> str:
    """A time of the recording for reading; nothing where the whole interview is meant."""
    return "" if time_s is None else f"{int(time_s) // 60:02d}:{int(time_s) % 60:02d}"


def in_utc(moment: str) -> str:
    """A time for reading; as it came where it is none."""
    try:
        return datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    except ValueError:
        return moment


def local_time(moment: str | None, zone: str) -> str:
    """A UTC time on the clock of a zone; UTC where the zone is not known."""
    if not moment:
        return ""
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    try:
        return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")
    except (ZoneInfoNotFoundError, ValueError):
        return at.strftime("%Y-%m-%d %H:%M UTC")
