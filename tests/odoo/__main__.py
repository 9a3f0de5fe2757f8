"""`python3 dev.py odoo`: build the real Odoo where it is missing, and run the suite against it."""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dev import say
from tests.conftest import ROOT
from tests.odoo.build import build
from tests.odoo.place import TEMPLATE, NotToBeHad, Place, place
from tests.odoo.postgres import Cluster
from tests.odoo.server import Server

SUITE = Path(__file__).parent
OWN = "hr_own"


def main() -> int:
    """Build, then do what was asked for. Without Odoo the suite says why it is skipped, and that is no failure."""
    options, more = _parser().parse_known_args()
    began = time.monotonic()
    where = place()
    say(f"Odoo 19 in {where.folder}: about 3 minutes and 1 GB the first time")
    try:
        build(where, say, whole=options.whole)
    except NotToBeHad as reason:
        say(f"SKIPPED: Odoo cannot be had here: {reason}")
        return 0
    say(f"  ready after {time.monotonic() - began:.1f} s")
    todo: Callable[[Place, argparse.Namespace, list[str]], int] = {"serve": _serve, "build": _nothing}.get(
        options.what, _test
    )
    return todo(where, options, more)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dev.py odoo", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("test", "build", "serve"), default="test")
    parser.add_argument("--whole", action="store_true", help="with what Odoo's own web pages need (1 GB more)")
    return parser


def _nothing(*_: object) -> int:
    return 0


def _test(_: Place, __: argparse.Namespace, more: list[str]) -> int:
    arguments = [word for word in more if word != "--"]
    command = [sys.executable, "-m", "pytest", str(SUITE), "--durations=10", *arguments]
    return subprocess.run(command, cwd=ROOT, check=False).returncode


def _serve(where: Place, _: argparse.Namespace, __: list[str]) -> int:
    """A server for a person, on a database that stays until the next time; until Ctrl-C."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    with Cluster(where) as cluster:
        if OWN not in cluster.databases():
            cluster.clone(TEMPLATE, OWN)
        server = Server(where, OWN, cluster.port)
        try:
            say(f"  started in {server.start():.1f} s: {server.url} (user admin, password admin)")
            for name, key in json.loads(where.keys.read_text("utf-8")).items():
                say(f"  API key of {name}: {key}")
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return 0
        finally:
            server.stop()


if __name__ == "__main__":
    sys.exit(main())
