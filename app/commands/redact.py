"""`redact`: take a stretch out of an interview's recording for good, or list what was taken out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from app import text
from app.domain.redaction import Reason
from app.failures import ValueInvalid
from app.redaction_words import log_lines

if TYPE_CHECKING:
    from app.store.library import Library


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("redact", help=text.tr("redact.help"), parents=[shared])
    own.add_argument("id", metavar="ID", help=text.tr("show.help_id"))
    own.add_argument("--span", metavar="SECONDS-SECONDS", help=text.tr("redact.help_span"))
    own.add_argument("--reason", choices=list(map(str, Reason)), help=text.tr("redact.help_reason"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Do it where a stretch is given, then list what was taken out."""
    from app.commands.show import whole_id
    from app.store.library import Library

    if (options.span is None) != (options.reason is None):
        missing = "--reason" if options.span else "--span"
        raise ValueInvalid(what=missing, value="", allowed="salary" if options.span else "12.5-40")
    with Library.open(options.data, read_only_if_held=options.span is None) as library:
        interview_id = whole_id(library, options.id)
        if options.span is not None:
            _redact(library, interview_id, options.span, Reason(options.reason))
        for line in log_lines(library.redactions(interview_id)):
            print(line)
    return 0


def _redact(library: Library, interview_id: str, given: str, reason: Reason) -> None:
    from app.commands.span import do, span_of
    from app.jobs.redacting import RedactWork

    do(RedactWork(library, interview_id, *span_of("--span", given), reason))
