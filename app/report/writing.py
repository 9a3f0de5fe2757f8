"""One entry for all formats, chosen by the file's ending; a report is whole or absent."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from app.failures import ValueInvalid
from app.report.data import ReportData
from app.whole_file import whole_file

Writer = Callable[[ReportData, str, Path], None]

FORMATS = ("pdf", "docx", "csv", "json")
_MODULES = {
    "pdf": ("app.report.pdf", "write_pdf"),
    "docx": ("app.report.word", "write_docx"),
    "csv": ("app.report.plain", "write_csv"),
    "json": ("app.report.plain", "write_json"),
}


def write_report(data: ReportData, language: str, path: Path) -> None:
    """Write the report as PDF, DOCX, CSV or JSON, by the ending of `path`. `language` "zh" or "en".

    Written beside it first and then put in place, so that a failed write leaves an older report alone. Raises
    ValueInvalid for another ending, FolderNotWritable, DiskFull.
    """
    ending = path.suffix.lower().lstrip(".")
    if ending not in _MODULES:
        raise ValueInvalid(what="--out", value=path.name, allowed=", ".join(f".{name}" for name in FORMATS))
    module, name = _MODULES[ending]
    write: Writer = getattr(import_module(module), name)
    with whole_file(path) as part:
        write(data, language, part)
