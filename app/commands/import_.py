"""`import`: recordings into the library; prints the id of each interview."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import text
from app.failures import ValueInvalid

if TYPE_CHECKING:
    from app.store.importing import ImportOutcome
    from app.store.library import Library
    from app.store.recordings import Belonging


STATED = "stated at import"
"""In place of the version of a consent text: the company keeps the signed one, and said so with the import."""
NONE = "none"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("import", help=text.tr("import.help"), parents=[shared])
    own.add_argument("file", type=Path, metavar="FILE", help=text.tr("import.help_file"))
    own.add_argument("--position", default="", metavar="P", help=text.tr("import.help_position"))
    own.add_argument("--candidate", default="", metavar="C", help=text.tr("import.help_candidate"))
    own.add_argument("--consent", metavar="LIST", help=text.tr("import.help_consent"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import a file or all recordings of a folder. 2 where one of them could not be imported."""
    from app.jobs.interrupt import interruptible
    from app.store.importing import import_files, recordings_in
    from app.store.library import Library

    consent = None if options.consent is None else _modalities(options.consent)
    paths = recordings_in([options.file])
    if not paths:
        print(text.tr("import.nothing", name=options.file.name), file=sys.stderr)
        return 2
    with Library.open(options.data) as library, interruptible() as cancel:
        belonging = belonging_of(library, options.position, options.candidate)
        failed = 0
        for outcome in import_files(library, paths, belonging=belonging, cancel=cancel):
            failed += not _say(outcome)
            if outcome.imported and consent is not None:
                library.record_consent(outcome.imported.interview.id, consent, STATED, library.assessor)
    if failed and len(paths) > 1:
        print(text.tr("import.some_failed", failed=failed, total=len(paths)), file=sys.stderr)
    return 2 if failed else 0


def _modalities(given: str) -> tuple[str, ...]:
    """Names with commas between them; "none" withdraws."""
    from analysis.features import modalities

    names = tuple(part.strip() for part in given.split(",") if part.strip())
    if names == (NONE,):
        return ()
    if not names or not set(names) <= set(modalities()):
        raise ValueInvalid(what="--consent", value=given, allowed=", ".join((*modalities(), NONE)))
    return names


def belonging_of(library: Library, position: str, candidate: str) -> Belonging:
    """Position and candidate as a person names them: by id where the library has it, else by title or name."""
    from app.store.recordings import Belonging

    position_ids = {one.id for one in library.positions()}
    candidate_ids = {one.id for one in library.candidates()}
    return Belonging(
        position_id=position if position in position_ids else None,
        position_title=position if position and position not in position_ids else None,
        candidate_id=candidate if candidate in candidate_ids else None,
        candidate_name=candidate if candidate and candidate not in candidate_ids else None,
    )


def _say(outcome: ImportOutcome) -> bool:
    """The id on standard output, sentences on standard error; whether it is in the library now."""
    if outcome.imported is None:
        assert outcome.failure is not None
        print(text.sentence(outcome.failure), file=sys.stderr)
        return False
    if outcome.imported.already:
        print(text.tr("import.already", name=outcome.path.name), file=sys.stderr)
    print(outcome.imported.interview.id, flush=True)
    return True
