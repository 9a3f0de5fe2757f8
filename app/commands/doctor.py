"""`doctor`: whether everything that the program needs is here, in plain sentences or as JSON."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from app import text


def add(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    about = text.tr("doctor.about")
    parser = commands.add_parser("doctor", help=about, description=about, parents=[shared])
    parser.add_argument("--json", action="store_true", help=text.tr("doctor.help_json"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """0 when all that is needed is fine, else 2 with one line on standard error."""
    import msgspec

    from app.jobs.checks import examine

    findings = examine(options.data)
    bad = [finding for finding in findings if finding.needed and not finding.fine]
    if options.json:
        print(msgspec.json.format(msgspec.json.encode({"fine": not bad, "findings": findings})).decode())
    else:
        for finding in findings:
            mark = "✓" if finding.fine else "✗" if finding.needed else "!"
            print(f"{mark} {finding.sentence}")
    if bad:
        print(text.tr("doctor.bad", count=len(bad)), file=sys.stderr)
        return 2
    if not options.json:
        print(text.tr("doctor.good"))
    return 0
