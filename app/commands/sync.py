"""`sync`: send what waits to the HR system, and fetch what changed there."""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import TYPE_CHECKING, Any

from app import text
from app.connection import finding_words

if TYPE_CHECKING:
    from app.sync_service import SyncService
    from app.sync_state import SyncReport, SyncState

PATIENCE_S = 60.0
"""So long a run without `--once` goes on trying what fails for the moment."""
LONGEST_PAUSE_S = 5.0


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("sync", help=text.tr("sync.help"), parents=[shared])
    own.add_argument("--once", action="store_true", help=text.tr("sync.help_once"))
    own.add_argument("--url", help=text.tr("sync.help_url"))
    own.add_argument("--json", action="store_true", help=text.tr("sync.help_json"))
    own.add_argument("--status", action="store_true", help=text.tr("sync.help_status"))
    own.add_argument("--test", action="store_true", help=text.tr("sync.help_test"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 = everything has been sent; 2 = not everything, and why on standard error."""
    from app.settings import SettingsFile
    from app.store import Library
    from app.sync_service import SyncService

    with Library.open(options.data, read_only_if_held=options.status or options.test) as library:
        settings = SettingsFile(options.data)
        service = SyncService(library, settings, address=options.url)
        if options.status:
            return _status(service.state(), as_json=options.json)
        if not service.address:
            print(text.tr("sync.not_set_up"), file=sys.stderr)
            return 2
        if options.test:
            return _test(service, as_json=options.json)
        report = _run(service, once=options.once)
        return _finish(report, _why(report, service), as_json=options.json)


def _run(service: SyncService, *, once: bool) -> SyncReport:
    """Pass after pass, until all is sent, a person is needed, or patience ends."""
    until = time.monotonic() + PATIENCE_S
    report = service.run_once(hurry=True)
    sent = report.sent
    while not once and not report.complete and report.left and _passes(report) and time.monotonic() < until:
        time.sleep(min(LONGEST_PAUSE_S, max(0.05, service.until_send_s())))
        report = service.run_once()
        sent += report.sent
    return report.with_sent(sent)


def _passes(report: SyncReport) -> bool:
    """Whether trying again in this run can help: not when nobody answers, and not when the key is refused."""
    from sync.failures import RemoteUnreachable

    failure = report.failure
    return failure is None or (failure.retry and not isinstance(failure, RemoteUnreachable))


def _why(report: SyncReport, service: SyncService) -> str:
    """Why something still waits where the run itself did not fail: the sentence of the first item that was tried."""
    if report.complete or report.failure is not None:
        return ""
    tried = [entry.sentence for entry in service.state().entries if entry.next_try is not None]
    return f"{tried[-1]} " if tried else ""


def _finish(report: SyncReport, why: str, *, as_json: bool) -> int:
    for name in report.refused_templates:
        print(text.tr("sync.template_refused", name=name), file=sys.stderr)
    if as_json:
        print(json.dumps(_plain(report), ensure_ascii=False))
    if not report.complete:
        print(f"{why}{report.sentence}", file=sys.stderr)
        return 2
    if not as_json:
        print(report.sentence)
    return 0


def _plain(report: SyncReport) -> dict[str, Any]:
    received = report.received
    return {
        "complete": report.complete,
        "sent": report.sent,
        "left": report.left,
        "waiting_for_person": report.people,
        "received": {
            "positions": received.positions,
            "candidates": received.candidates,
            "templates": received.templates,
        },
        "refused_templates": list(report.refused_templates),
        "failure": report.failure.code if report.failure else None,
        "sentence": report.sentence,
    }


def _test(service: SyncService, *, as_json: bool) -> int:
    """0 = every step of the connection is good; 2 = one is not, and why."""
    found = list(service.diagnose())
    lines = [(finding.step, finding.failure, finding_words(finding)) for finding in found]
    if as_json:
        steps = [
            {"step": step, "failure": failure.code if failure else None, "sentence": words}
            for step, failure, words in lines
        ]
        print(json.dumps({"good": not any(failure for _, failure, _ in lines), "steps": steps}, ensure_ascii=False))
    else:
        for step, failure, words in lines:
            mark = text.tr("settings.check_bad" if failure else "settings.check_good")
            print(text.tr("sync.test_line", mark=mark, step=text.tr(f"settings.check_{step}"), words=words).rstrip())
    return 2 if any(failure for _, failure, _ in lines) else 0


def _status(state: SyncState, *, as_json: bool) -> int:
    if as_json:
        print(json.dumps(_plain_state(state), ensure_ascii=False))
        return 0
    print(state.sentence)
    if state.last_run is not None:
        at = f"{state.last_run.astimezone():%Y-%m-%d %H:%M:%S}"
        print(text.tr("sync.status_last", at=at, how=state.last_went))
    for entry in state.entries:
        name = text.tr(f"sync.name_{entry.stands}")
        print(text.tr("sync.status_line", state=name, title=entry.title, sentence=entry.sentence))
    return 0


def _plain_state(state: SyncState) -> dict[str, Any]:
    return {
        "url": state.url,
        "connection": state.connection,
        "sentence": state.sentence,
        "last_run": {"at": state.last_run.isoformat(), "sentence": state.last_went} if state.last_run else None,
        "queue": state.queue,
        "waiting_for_person": state.people,
        "items": [
            {
                "op_id": entry.op_id, "kind": entry.kind, "state": entry.state, "title": entry.title,
                "external_id": entry.external_id, "remote_id": entry.remote_id, "attempts": entry.attempts,
                "sentence": entry.sentence,
            }
            for entry in state.entries
        ],
    }  # fmt: skip
