"""`export`: one interview's transcript, speakers or curves, or the report on its assessment, as a file."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from app import text

if TYPE_CHECKING:
    from app.store.library import Library

OF_ANALYSIS = {
    "vtt": "transcript.vtt",
    "srt": "transcript.srt",
    "rttm": "speakers.rttm",
    "eaf": "transcript.eaf",
    "curves": "curves.csv",
    "analysis": "analysis.json",
}
"""Formats that are a file of the analysis as it stands."""
OF_REPORT = ("pdf", "docx", "csv", "json")
"""Formats of the report; machine scores behind the veil are not in it."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("export", help=text.tr("export.help"), parents=[shared])
    own.add_argument("id", metavar="ID", help=text.tr("show.help_id"))
    own.add_argument("--format", choices=(*OF_ANALYSIS, *OF_REPORT), required=True, help=text.tr("export.help_format"))
    own.add_argument("--out", type=Path, metavar="FILE", required=True, help=text.tr("export.help_out"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file, whole or not at all, and note in the audit that it left the library."""
    from app.commands.show import whole_id
    from app.store.library import Library

    with Library.open(options.data, read_only_if_held=True) as library:
        interview_id = whole_id(library, options.id)
        if options.format in OF_ANALYSIS:
            _of_analysis(library, interview_id, options.format, options.out)
        else:
            _of_report(library, interview_id, options.format, options.out)
        if not library.read_only:
            library.record("exported", interview_id, options.format)
    print(text.tr("export.done", file=options.out))
    return 0


def _of_analysis(library: Library, interview_id: str, kind: str, out: Path) -> None:
    from analysis.export import DocumentDamaged
    from app.whole_file import whole_file

    source = library.analysis_folder(interview_id) / OF_ANALYSIS[kind]
    if not source.is_file():
        raise DocumentDamaged(folder=str(source.parent), file=source.name)
    with whole_file(out) as part:
        shutil.copyfile(source, part)


def _of_report(library: Library, interview_id: str, kind: str, out: Path) -> None:
    from app.report import write_report
    from app.report.gather import report_data
    from app.review import ReviewSession
    from app.whole_file import whole_file

    language = text.language()
    data = report_data(ReviewSession(library, interview_id), language)
    with whole_file(out, f".{kind}") as part:
        write_report(data, language, part)
