"""`export`: one interview's transcript, speakers or curves, or the report on its assessment, as a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from app import text
from app.exporting import FORMATS


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("export", help=text.tr("export.help"), parents=[shared])
    own.add_argument("id", metavar="ID", help=text.tr("show.help_id"))
    own.add_argument("--format", choices=FORMATS, required=True, help=text.tr("export.help_format"))
    own.add_argument("--out", type=Path, metavar="FILE", required=True, help=text.tr("export.help_out"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file."""
    from app.commands.show import whole_id
    from app.exporting import export
    from app.review import ReviewSession
    from app.store.library import Library

    with Library.open(options.data, read_only_if_held=True) as library:
        export(ReviewSession(library, whole_id(library, options.id)), options.format, options.out)
    print(text.tr("export.done", file=options.out))
    return 0
