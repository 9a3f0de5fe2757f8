"""`analyze FILE --out DIR` and `analyze --interview ID`: one analysis in a child process, with its progress."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.failures import Failure
from analysis.features import modalities
from app import text
from app.domain.types import MOST_SPEAKERS, SPOKEN
from app.failures import ValueInvalid

if TYPE_CHECKING:
    from app.jobs.analysis import Choices
    from app.store import Library

OBSERVED = ".observed"
DEVICES = ("auto", "cpu", "cuda")
FPS_RANGE = (0.5, 60.0)
ABSENT = ("no_sound", "no_picture", "no_speech", "no_face")
"""Reasons for missing numbers that lie in the recording, and that somebody can do something about."""


def add(commands: Any, shared: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    tr = text.tr
    parser = commands.add_parser("analyze", help=tr("analyze.about"), description=tr("analyze.about"), parents=[shared])
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help=tr("analyze.help_file"))
    parser.add_argument("--out", metavar="DIR", type=Path, help=tr("analyze.help_out"))
    parser.add_argument("--interview", metavar="ID", help=tr("analyze.help_interview"))
    parser.add_argument("--language", choices=SPOKEN, help=tr("analyze.help_language"))
    parser.add_argument("--speakers", metavar="N", help=tr("analyze.help_speakers"))
    parser.add_argument("--terms", metavar="FILE", type=Path, help=tr("analyze.help_terms"))
    parser.add_argument("--questions", metavar="FILE", type=Path, help=tr("analyze.help_questions"))
    parser.add_argument("--enrol", metavar="CLIP", type=Path, help=tr("analyze.help_enrol"))
    parser.add_argument("--modalities", metavar="LIST", help=tr("analyze.help_modalities", all=",".join(modalities())))
    parser.add_argument("--face-fps", metavar="N", help=tr("analyze.help_face_fps"))
    parser.add_argument("--device", choices=DEVICES, help=tr("analyze.help_device"))
    outside = parser.add_mutually_exclusive_group()
    outside.add_argument("--outside", action="store_true", help=tr("analyze.help_outside"))
    outside.add_argument("--no-outside", action="store_true", help=tr("analyze.help_no_outside"))
    parser.add_argument("--json-progress", action="store_true", help=tr("analyze.help_json_progress"))
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Analyse; 0 when all is written."""
    if options.interview:
        return _interview(options)
    if options.outside:  # a bare file has no candidate who could have agreed
        raise ValueInvalid(what="--outside", value=options.file or "", allowed="--interview ID")
    if options.file is None or options.out is None:
        raise ValueInvalid(what="analyze", value="", allowed="FILE --out DIR, --interview ID")
    return _file(options)


def _file(options: argparse.Namespace) -> int:
    from analysis.protocol import AnalyseJob
    from app.jobs import run_child
    from app.jobs.analysis import places, request_for
    from app.jobs.interrupt import interruptible
    from app.jobs.showing import show

    folder: Path = options.out
    request = request_for(options.file, options.file.name, folder, folder / OBSERVED, _choices(options), options.data)
    existed, begun = folder.exists(), time.monotonic()
    try:
        with closing(show(options.json_progress)) as shown, interruptible() as cancel:
            shown.result(run_child(AnalyseJob(request, places(options.data)), shown.report, cancel))
    except Failure:
        _drop_if_empty(folder, existed)
        raise
    shutil.rmtree(folder / OBSERVED, ignore_errors=True)
    if not options.json_progress:
        print(text.tr("analyze.done", folder=folder, time=text.timecode(time.monotonic() - begun)))
        _say_lacking(options.file.name, folder)
    return 0


def _interview(options: argparse.Namespace) -> int:
    from analysis.protocol import AnalysisResult
    from app.commands.show import whole_id
    from app.jobs.analysis import InterviewAnalysis
    from app.jobs.interrupt import interruptible
    from app.jobs.showing import show
    from app.store import Library

    if options.out is not None or options.file is not None:
        raise ValueInvalid(what="--interview", value=options.out or options.file, allowed="ID")
    choices, begun = _choices(options), time.monotonic()
    progress = show(options.json_progress)
    with Library.open(options.data) as library, closing(progress) as shown, interruptible() as cancel:
        interview_id = whole_id(library, options.interview)
        _keep(library, interview_id, choices)
        _settle_outside(library, interview_id, options)
        analysis_id = InterviewAnalysis(library, interview_id, choices)(shown.report, cancel)
        folder, media = library.analysis_folder(interview_id), library.interview(interview_id).media
        shown.result(AnalysisResult(analysis_id, str(folder), {}))
    if not options.json_progress:
        print(text.tr("analyze.done_interview", id=analysis_id[:12], time=text.timecode(time.monotonic() - begun)))
        _say_lacking(media.name if media else "", folder)
    return 0


def _keep(library: Library, interview_id: str, choices: Choices) -> None:
    """Language and number of speakers belong to the interview: deriving it again after a correction needs them."""
    interview = library.interview(interview_id)
    spoken = choices.language or interview.spoken
    speakers = interview.speakers if choices.speakers is None else choices.speakers
    library.save_interview(replace(interview, spoken=spoken, speakers=speakers))


def _settle_outside(library: Library, interview_id: str, options: argparse.Namespace) -> None:
    """Say what goes to whom, and confirm it; or set aside what an outside service heard before."""
    from app.commands.outside import confirm
    from app.domain.outside import Purpose

    kept = library.transcript(interview_id)
    if options.no_outside and kept is not None and kept.heard:
        library.forget_transcript(interview_id)
    if options.outside:
        confirm(library, interview_id, Purpose.SPEECH)


def _say_lacking(name: str, folder: Path) -> None:
    """What the recording did not yield, which stage failed, and what to do about it, on standard error."""
    from analysis.export import read
    from app.absence import absences, failed
    from app.jobs.outside_speech import HERE
    from app.origin import fallback_text

    analysis = read(folder).analysis
    media = analysis.media
    if media.claimed_s is not None:
        there, claimed = text.timecode(media.duration), text.timecode(media.claimed_s)
        print(text.tr("analyze.cut_short", name=name, there=there, claimed=claimed), file=sys.stderr)
    for each in analysis.provenance.fallbacks:
        if each.used == HERE:
            print(fallback_text(each, text.language()), file=sys.stderr)
    found = dict.fromkeys(m.why for m in analysis.missing if m.why in ABSENT)
    if found:
        said = text.tr("report.list_comma").join(text.tr(f"report.why_{why}") for why in found)
        print(text.tr("analyze.lacking", why=said), file=sys.stderr)
    if analysis.speakers.suggested is not None:
        print(text.tr("analyze.sounds_like", count=analysis.speakers.suggested), file=sys.stderr)
    sample = tuple(each for each in analysis.missing if each.what == "enrolment")
    for phrase in absences((*failed(analysis.missing), *sample), text.language()):
        print(phrase, file=sys.stderr)


def _choices(options: argparse.Namespace) -> Choices:
    """What the options say. Raises ValueInvalid, InputInvalid."""
    from analysis.language.files import InputMissing, read_questions, read_terms
    from app.jobs.analysis import Choices

    if options.enrol is not None and not options.enrol.is_file():
        raise InputMissing(name=options.enrol.name)
    return Choices(
        language=options.language,
        speakers=_speakers(options.speakers),
        face_fps=_face_fps(options.face_fps),
        device=options.device,
        modalities=_modalities(options.modalities),
        terms=read_terms(options.terms) if options.terms else None,
        questions=read_questions(options.questions) if options.questions else None,
        enrol_clip=options.enrol,
        outside=True if options.outside else False if options.no_outside else None,
    )


def _speakers(given: str | None) -> int | None:
    """A count, or 0 for "auto"."""
    if given is None:
        return None
    if given == "auto":
        return 0
    if not given.isdecimal() or not 1 <= int(given) <= MOST_SPEAKERS:
        raise ValueInvalid(what="--speakers", value=given, allowed=f"1-{MOST_SPEAKERS}, auto")
    return int(given)


def _face_fps(given: str | None) -> float | None:
    if given is None:
        return None
    low, high = FPS_RANGE
    try:
        fps = float(given)
    except ValueError:
        fps = 0.0
    if not low <= fps <= high:
        raise ValueInvalid(what="--face-fps", value=given, allowed=f"{low:g}-{high:g}")
    return fps


def _modalities(given: str | None) -> tuple[str, ...] | None:
    """Names of modalities; what is looked at in a face needs the face."""
    if given is None:
        return None
    names = tuple(name.strip() for name in given.split(",") if name.strip())
    allowed = modalities()
    further = set(names) - {"speech", "face"}
    if not names or not set(names) <= set(allowed) or (further and "face" not in names):
        raise ValueInvalid(what="--modalities", value=given, allowed=",".join(allowed))
    return tuple(name for name in allowed if name in names)


def _drop_if_empty(folder: Path, existed: bool) -> None:
    """Nothing was finished: leave no empty folders behind."""
    for path in (folder / OBSERVED, *(() if existed else (folder,))):
        with suppress(OSError):  # not empty, or not there
            path.rmdir()
