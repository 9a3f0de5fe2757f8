"""Takes one interview out of the library as a file: transcript, speakers or curves, or the report on its assessment."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app import text
from app.failures import ValueInvalid

if TYPE_CHECKING:
    from app.policy import Profile
    from app.recording.evidence import Evidence
    from app.review import ReviewSession
    from app.store.library import Library

OF_ANALYSIS = {
    "vtt": "transcript.vtt",
    "srt": "transcript.srt",
    "rttm": "speakers.rttm",
    "eaf": "transcript.eaf",
    "curves": "curves.csv",
    "analysis": "analysis.json",
}
"""Formats that are a file of the analysis as it stands, or as much of it as the jurisdiction lets anybody see."""
TEXT = "txt"
OF_REPORT = ("pdf", "docx", "csv", "json")
"""Formats of the report; machine scores behind the veil are not in it."""
CONSENT = "consent"
"""How the audit names the sheet on a consent."""
FORMATS = (TEXT, *OF_ANALYSIS, *OF_REPORT)


def ending(kind: str) -> str:
    """How a file of a format ends: ".vtt"."""
    return Path(OF_ANALYSIS.get(kind, f".{kind}")).suffix or f".{kind}"


def file_name(title: str, kind: str) -> str:
    """The name that a file of an interview is offered under: its title, without what no file system takes."""
    tail = {"curves": "-curves", "analysis": "-analysis", "csv": "-scores", "json": "-assessment"}.get(kind, "")
    return f"{safe_name(title)}{tail}{ending(kind)}"


def clip_name(title: str, start: float, end: float, ending: str) -> str:
    """The name that a clip is offered under: the interview's title, and from when to when (s) it is."""
    times = (f"{int(time_s) // 60:02d}m{int(time_s) % 60:02d}s" for time_s in (start, end))
    return f"{safe_name(title)}-{'-'.join(times)}{ending}"


def safe_name(title: str) -> str:
    from app.store.vault import SUFFIXES

    stem = Path(title).stem if Path(title).suffix.lower() in SUFFIXES else title
    safe = "".join("_" if character in '<>:"/\\|?*' or ord(character) < 32 else character for character in stem)
    return safe.strip(" .") or "interview"


def export(session: ReviewSession, kind: str, out: Path) -> None:
    """Write the file, whole or not at all, and note in the audit that it left the library.

    Raises ValueInvalid for an unknown format or a path that is a folder, NotAnalysed, DocumentDamaged,
    FolderNotWritable, DiskFull.
    """
    export_of(session, kind)(out)


def export_of(session: ReviewSession, kind: str) -> Callable[[Path], None]:
    """What writes the file as `export` does, on any thread: of the assessment as it stands now.

    Raises ValueInvalid for an unknown format; what is made raises the rest.
    """
    return partial(_recorded, writing_of(session, kind), session.library, session.interview.id, kind)


def consent_of(library: Library, shown: Evidence) -> Callable[[Path], None]:
    """What writes the sheet on a candidate's consent as PDF, in the language in use, and notes it as `export` does."""
    return partial(_recorded, partial(_consent, shown, text.language()), library, shown.interview.id, CONSENT)


def _consent(shown: Evidence, language: str, out: Path) -> None:
    from app.report.consent_sheet import write_consent
    from app.whole_file import whole_file

    with whole_file(out, ".pdf") as part:
        write_consent(shown, language, part)


def writing_of(session: ReviewSession, kind: str) -> Callable[[Path], None]:
    """What writes the file, without a word in the audit: for a file that stays in the library. As `export_of`."""
    if kind in OF_REPORT:
        return _report(session, kind)
    if kind in OF_ANALYSIS:
        return partial(_of_analysis, session.library, session.interview.id, session.rules, OF_ANALYSIS[kind])
    if kind == TEXT:
        return partial(_text, session.library, session.interview.id)
    raise ValueInvalid(what="--format", value=kind, allowed=", ".join(FORMATS))


def _recorded(write: Callable[[Path], None], library: Library, interview_id: str, kind: str, out: Path) -> None:
    write(out)
    if not library.read_only:
        library.record("exported", interview_id, kind)


def _of_analysis(library: Library, interview_id: str, rules: Profile, name: str, out: Path) -> None:
    from analysis.export import DocumentDamaged, content
    from app.review.shown import shown
    from app.whole_file import whole_file

    source = library.analysis_folder(interview_id) / name
    if not source.is_file():
        raise DocumentDamaged(folder=str(source.parent), file=name)
    whole = library.load_analysis(interview_id)
    seen = shown(whole, rules)
    with whole_file(out) as part:
        if seen is whole:
            shutil.copyfile(source, part)
        else:
            part.write_bytes(content(seen, name))


def _text(library: Library, interview_id: str, out: Path) -> None:
    from analysis.export.plain import plain_text
    from app.whole_file import whole_file

    analysis = library.load_analysis(interview_id).analysis
    with whole_file(out) as part:
        part.write_text(plain_text(analysis), encoding="utf-8")


def _report(session: ReviewSession, kind: str) -> Callable[[Path], None]:
    from app.report import write_report
    from app.report.gather import report_data
    from app.whole_file import whole_file

    language = text.language()
    data = report_data(session, language)

    def write(out: Path) -> None:
        with whole_file(out, f".{kind}") as part:
            write_report(data, language, part)

    return write
