"""`sandbox`: the sandbox EHR on loopback, until it is told to stop."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from app import text
from app.resources import resource

if TYPE_CHECKING:
    from sync.sandbox.server import Sandbox

KEY_VARIABLE = "MIANJIAN_SANDBOX_KEY"
"""Sets the key, so that a restarted sandbox takes the same one. Without it each run has a key of its own."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("sandbox", help=text.tr("sandbox.help"), parents=[shared])
    own.add_argument("--port", type=int, default=0, help=text.tr("sandbox.help_port"))
    own.add_argument("--store", type=Path, help=text.tr("sandbox.help_store"))
    own.add_argument("--faults", default="", metavar="SPEC", help=text.tr("sandbox.help_faults"))
    own.add_argument("--json", action="store_true", help=text.tr("sandbox.help_json"))
    own.add_argument("--exit-with-parent", action="store_true", help=text.tr("sandbox.help_exit_with_parent"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Serve until SIGTERM, Ctrl-C, or (if asked for) the end of standard input."""
    from sync.sandbox.faults import FaultsInvalid
    from sync.sandbox.server import Sandbox

    try:
        sandbox = Sandbox(
            resource("contract", "openapi.json"),
            options.store,
            options.port,
            options.faults,
            os.environ.get(KEY_VARIABLE),
            mortal=True,
        )
    except FaultsInvalid as problem:
        print(text.tr("sandbox.faults_invalid", part=problem), file=sys.stderr)
        return 2
    except (OSError, OverflowError):
        print(text.tr("sandbox.port_taken", port=options.port), file=sys.stderr)
        return 2
    stop = _stop_signals()
    with sandbox:
        _say(sandbox, as_json=options.json)
        if options.exit_with_parent:
            threading.Thread(target=_wait_for_end_of_input, args=(stop,), name="parent-watch", daemon=True).start()
        while not stop.wait(0.5):  # in steps, so that Ctrl+C is heard on Windows too
            pass
    return 0


def _stop_signals() -> threading.Event:
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop


def _say(sandbox: Sandbox, *, as_json: bool) -> None:
    from sync.sandbox.faces.feishu import app_id
    from sync.sandbox.faces.greenhouse import client_id

    told = {"url": sandbox.url, "key": sandbox.key, "app_id": app_id(sandbox.key)}
    told |= {"client_id": client_id(sandbox.key)}
    if as_json:
        print(json.dumps(told | {"store": str(sandbox.folder)}), flush=True)
    else:
        print(text.tr("sandbox.ready", folder=sandbox.folder, **told), flush=True)


def _wait_for_end_of_input(stop: threading.Event) -> None:
    while sys.stdin.buffer.read(4096):
        pass
    stop.set()
