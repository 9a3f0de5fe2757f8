"""`import`: recordings and transcripts into the library; prints the id of each interview."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import text
from app.commands.outside import purposes_of, record_consents
from app.failures import RecordingElsewhere, ValueInvalid

if TYPE_CHECKING:
    import threading

    from app.store.importing import ImportOutcome
    from app.store.library import Library
    from app.store.recordings import Belonging


STATED = "stated at import"
"""In place of the version of a consent text: the company keeps the signed one, and said so with the import."""
NONE = "none"


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser) -> None:
    """Add the command's own parser."""
    own = commands.add_parser("import", help=text.tr("import.help"), parents=[shared])
    own.add_argument("file", type=Path, nargs="?", metavar="FILE", help=text.tr("import.help_file"))
    own.add_argument("--position", default="", metavar="P", help=text.tr("import.help_position"))
    own.add_argument("--candidate", default="", metavar="C", help=text.tr("import.help_candidate"))
    own.add_argument("--consent", metavar="LIST", help=text.tr("import.help_consent"))
    own.add_argument("--outside-consent", metavar="LIST", help=text.tr("import.help_outside_consent"))
    own.add_argument("--transcript", metavar="FILE", help=text.tr("import.help_transcript"))
    own.add_argument("--interview", metavar="ID", help=text.tr("import.help_interview"))
    own.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import a file or all recordings of a folder. 2 where one of them could not be imported."""
    if options.interview is not None:
        return _for_interview(options)
    if options.file is None:
        raise ValueInvalid(what="import", value="", allowed="FILE, --interview ID FILE, --interview ID --transcript …")
    from app.jobs.interrupt import interruptible
    from app.store.importing import import_files, recordings_in
    from app.store.library import Library

    consent = None if options.consent is None else _modalities(options.consent)
    outside = purposes_of(options.outside_consent)
    paths = recordings_in([options.file])
    _check_transcript(options.transcript, recordings=len(paths))
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
            if outcome.imported and outside is not None:
                record_consents(library, outcome.imported.interview.id, outside)
            if outcome.imported and options.transcript:
                _give_transcript(library, outcome.imported.interview.id, options.transcript)
    if failed and len(paths) > 1:
        print(text.tr("import.some_failed", failed=failed, total=len(paths)), file=sys.stderr)
    return 2 if failed else 0


def _for_interview(options: argparse.Namespace) -> int:
    """A recording, a transcript or consent for an interview that is in the library. 2 where there is no recording."""
    from app.commands.show import whole_id
    from app.jobs.interrupt import interruptible
    from app.store.library import Library

    consent = None if options.consent is None else _modalities(options.consent)
    outside = purposes_of(options.outside_consent)
    _check_what_is_given(options)
    _check_transcript(options.transcript)
    recording = None if options.file is None else _its_recording(options.file)
    if options.file is not None and recording is None:
        return 2
    with Library.open(options.data) as library, interruptible() as cancel:
        interview_id = library.interview(whole_id(library, options.interview)).id
        if recording is not None:
            _give_recording(library, interview_id, recording, cancel)
        if consent is not None:
            library.record_consent(interview_id, consent, STATED, library.assessor)
        if outside is not None:
            record_consents(library, interview_id, outside)
        if options.transcript is not None:
            _give_transcript(library, interview_id, options.transcript)
    print(interview_id, flush=True)
    return 0


def _check_what_is_given(options: argparse.Namespace) -> None:
    """ValueInvalid where nothing is given, or something that the interview says itself."""
    allowed = "FILE, --transcript FILE, --consent LIST, --outside-consent LIST"
    for name in ("position", "candidate"):
        if getattr(options, name):
            raise ValueInvalid(what="--interview", value=f"--{name}", allowed=allowed)
    if all(given is None for given in (options.file, options.transcript, options.consent, options.outside_consent)):
        raise ValueInvalid(what="--interview", value="", allowed=allowed)


def _its_recording(file: Path) -> Path | None:
    """The one recording that a file or a folder stands for; None where there is none, which is said."""
    from app.store.importing import recordings_in

    paths = recordings_in([file])
    if len(paths) > 1:
        raise ValueInvalid(what="--interview", value=file.name, allowed=text.tr("import.one_recording"))
    if not paths:
        print(text.tr("import.nothing", name=file.name), file=sys.stderr)
    return paths[0] if paths else None


def _give_recording(library: Library, interview_id: str, path: Path, cancel: threading.Event) -> None:
    """Import it as this interview's own. Raises RecordingElsewhere, InterviewRecorded, and what `import_file` does."""
    from app.store.importing import import_file
    from app.store.recordings import Belonging

    its = library.known_recording(path)
    if its is None:
        library.to_be_recorded(interview_id)
        its = import_file(library, path, belonging=Belonging(interview_id=interview_id), cancel=cancel).interview
    elif its.id == interview_id:
        print(text.tr("import.already", name=path.name), file=sys.stderr)
    if its.id != interview_id:
        raise RecordingElsewhere(name=path.name, title=its.title, id=its.id[:12])


def _check_transcript(given: str | None, recordings: int = 1) -> None:
    """Before anything is imported. Raises TranscriptInvalid, and ValueInvalid where it is for several recordings."""
    from analysis import reading

    if given is None:
        return
    if recordings > 1:
        raise ValueInvalid(what="--transcript", value=given, allowed=text.tr("import.one_recording"))
    if given != NONE:
        reading.read(Path(given))


def _give_transcript(library: Library, interview_id: str, given: str) -> None:
    """Keep it for the next analysis, or with "none" let the machine listen again; says what to do now."""
    if given == NONE:
        library.forget_transcript(interview_id)
    else:
        library.use_transcript(interview_id, library.keep_transcript(interview_id, Path(given)))
    key = "import.transcript_gone" if given == NONE else "import.transcript_kept"
    print(text.tr(key, name=Path(given).name, id=interview_id[:12]), file=sys.stderr)


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
