"""`export`: one interview's transcript, speakers or curves, the report on its assessment, or a clip, as a file."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app import text
from app.exporting import FORMATS

if TYPE_CHECKING:
    from app.store.library import Library


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("export", help=text.tr("export.help"), parents=[shared])
    own.add_argument("id", metavar="ID", help=text.tr("show.help_id"))
    what = own.add_mutually_exclusive_group(required=True)
    what.add_argument("--format", choices=FORMATS, help=text.tr("export.help_format"))
    what.add_argument("--clip", metavar="SECONDS-SECONDS", help=text.tr("export.help_clip"))
    own.add_argument("--out", type=Path, metavar="FILE", required=True, help=text.tr("export.help_out"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file."""
    from app.commands.show import whole_id
    from app.exporting import export
    from app.review import ReviewSession
    from app.store.library import Library

    with Library.open(options.data, read_only_if_held=True) as library:
        interview_id = whole_id(library, options.id)
        if options.clip is not None:
            _clip(library, interview_id, options.clip, options.out)
        else:
            export(ReviewSession(library, interview_id), options.format, options.out)
    print(text.tr("export.done", file=options.out))
    return 0


def _clip(library: Library, interview_id: str, given: str, out: Path) -> None:
    from app.commands.span import do, span_of
    from app.jobs.clips import ClipWork

    do(ClipWork(library, interview_id, *span_of("--clip", given), out))
