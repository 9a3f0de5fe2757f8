"""The whole way from a recording to its analysis: probe, observe in two lanes, derive, write.

Everything temporary lies in a scratch folder below `request.observed_dir`, which is gone at the end, failure or not.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from analysis import device, lanes, media
from analysis.disk import writing
from analysis.document import Fallback, MediaInfo, ModelUse, Provenance
from analysis.failures import DocumentInvalid, Failure, NothingToAnalyse, OutputTaken
from analysis.language.meaning import remembering
from analysis.models import ModelStore
from analysis.observations import (
    FaceObservation,
    Observed,
    ProsodyObservation,
    SoundObservation,
    SpeakerObservation,
    TextObservation,
)
from analysis.plan import plan_for
from analysis.progress import CostBook, Forecast, Report, Throttle
from analysis.provenance import derived_again, provenance
from analysis.request import AnalysisRequest
from analysis.scratch import scratch
from analysis.shelf import EXTRA, Shelf
from analysis.transcript import given, with_transcript

if TYPE_CHECKING:
    from analysis.derive import Derived

T = TypeVar("T")
DOCUMENT = "analysis.json"
COSTS_FILE = "stage-costs.json"


def run(request: AnalysisRequest, models: ModelStore, report: Report) -> Derived:
    """Analyse one recording and write its seven files into `request.out_dir`.

    Finished stages are taken from `request.observed_dir`. Raises `analysis.failures` only.
    """
    observed_dir = _prepare_folders(request)
    with scratch(observed_dir) as temporary:
        begun = time.monotonic()
        info = media.probe(request.media, _name(request))
        _refuse_other(Path(request.out_dir), info)
        hears, sees = allowed(request, info)
        transcript = given(request) if hears else None
        which, fallback = _device(request, models) if hears else ("cpu", None)
        shelf = Shelf(observed_dir)
        book = CostBook(models.cache / COSTS_FILE)
        plan = plan_for(request, which, hears, sees, transcript)
        forecast = Forecast(plan.lanes, plan.tail, info.duration, plan.costs(book))
        job = lanes.Run(request, info, models, shelf, temporary, which, forecast, Throttle(report), transcript)
        job.fallbacks += [*request.instead, *((fallback,) if fallback else ())]
        hearing, seeing = lanes.Hearing(job) if hears else None, lanes.Seeing(job) if sees else None
        if hearing:
            hearing.check_inputs()
        probed_s = time.monotonic() - begun
        observed, uses = _observe(job, hearing, seeing)
        done = tuple(stage for stage in plan.observing if stage not in job.failed)
        stages = {"probe": probed_s} | shelf.took(done)
        origin = with_transcript(
            provenance(request, uses, job.device, stages, tuple(job.fallbacks)), transcript, observed.text
        )
        with remembering(observed_dir, models.cache):
            derived = _conclude(job, observed, origin)
        beside = [EXTRA] if observed.extra else []
        beside += ["text"] if transcript else []  # what was heard before is there when the transcript goes
        shelf.finish(info, origin, (*done, *beside), observed.failed)
        book.learn(plan.measured(forecast, done), info.duration)
        return derived


def _device(request: AnalysisRequest, models: ModelStore) -> tuple[str, Fallback | None]:
    """What the transcriber runs on. A transcriber that is damaged is the text stage's failure, not the device's."""
    from analysis.speech.recogniser import computes_on_cuda

    def computes() -> bool:
        try:
            folder = models.transcriber(request.transcriber)[0]
        except Failure:
            return False
        return computes_on_cuda(folder, request.threads)

    return device.resolve(request.device, computes)


def derive_again(request: AnalysisRequest, cache: Path | None = None) -> Derived:
    """Derive from the kept stages with `request.corrections` and write the seven files; no media is decoded.

    `cache` is the folder of what a machine keeps. Raises DocumentInvalid where no finished analysis is kept.
    """
    from analysis.derive import derive

    observed_dir = _prepare_folders(request)
    with scratch(observed_dir) as temporary:
        shelf = Shelf(observed_dir)
        index = shelf.index
        if index.media is None or index.provenance is None:
            raise DocumentInvalid(folder=str(observed_dir), reason="stages.json")
        observed, origin = _kept(shelf, index.media, request), derived_again(index.provenance, request)
        with remembering(observed_dir, cache):
            derived = derive(observed, request, origin)
        _write(derived, Path(request.out_dir), temporary)
        return derived


def _kept(shelf: Shelf, info: MediaInfo, request: AnalysisRequest) -> Observed:
    """What the last finished analysis observed, as far as it is still allowed."""
    hears, sees = allowed(request, info)
    return Observed(
        info,
        sound=shelf.latest("sound", SoundObservation) if hears else None,
        text=shelf.latest(_words(shelf), TextObservation) if hears else None,
        speakers=shelf.latest("speakers", SpeakerObservation) if hears else None,
        prosody=shelf.latest("prosody", ProsodyObservation) if hears else None,
        face=shelf.latest("face", FaceObservation) if sees else None,
        extra=shelf.latest_arrays() if sees and lanes.optional_room(request) else None,
        failed=shelf.index.failed,
    )


def _words(shelf: Shelf) -> str:
    """The stage that the last analysis had its words from."""
    return "imported" if "imported" in shelf.index.stages else "text"


def allowed(request: AnalysisRequest, info: MediaInfo) -> tuple[bool, bool]:
    """Whether the request allows, and the recording has, something to hear and to see. NothingToAnalyse for neither."""
    kinds = {stream.kind for stream in info.streams}
    hears = "speech" in request.modalities and "audio" in kinds
    sees = "face" in request.modalities and "video" in kinds
    if not (hears or sees):
        raise NothingToAnalyse(name=_name(request))
    return hears, sees


def _name(request: AnalysisRequest) -> str:
    return request.display_name or Path(request.media).name


def _prepare_folders(request: AnalysisRequest) -> Path:
    for folder in (Path(request.out_dir), Path(request.observed_dir)):
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
    return Path(request.observed_dir)


class _Media(msgspec.Struct):
    sha256: str


class _Document(msgspec.Struct):
    media: _Media


def _refuse_other(out_dir: Path, info: MediaInfo) -> None:
    """OutputTaken where the folder holds the analysis of another recording; a damaged document is written anew."""
    try:
        document = msgspec.json.decode((out_dir / DOCUMENT).read_bytes(), type=_Document)
    except (FileNotFoundError, msgspec.DecodeError):
        return
    if document.media.sha256 != info.sha256:
        raise OutputTaken(folder=str(out_dir))


def _observe(
    job: lanes.Run, hearing: lanes.Hearing | None, seeing: lanes.Seeing | None
) -> tuple[Observed, tuple[ModelUse, ...]]:
    """Both lanes beside each other: decoders and models let other threads run.

    A stage that fails is noted; where all of them do, the first failure is the analysis' own.
    """
    with ThreadPoolExecutor(2, thread_name_prefix="lane") as pool:
        heard = pool.submit(_then_prepare, hearing.observe) if hearing else None
        seen = pool.submit(_then_prepare, seeing.observe) if seeing else None
        running: list[Future[Any]] = [future for future in (heard, seen) if future]
        wait(running, return_when=FIRST_EXCEPTION)
        if any(future.done() and future.exception() for future in running):
            job.stop.set()
    _raise_what_ended(job, [error for future in running if (error := future.exception())])
    ears, eyes = heard.result() if heard else lanes.Heard(), seen.result() if seen else None
    if hearing:
        _check_meaning(job)
    observed = Observed(
        job.media,
        sound=ears.sound,
        text=ears.text,
        speakers=ears.speakers,
        prosody=ears.prosody,
        face=eyes.face if eyes else None,
        extra=eyes.extra if eyes else None,
        failed=lanes.missing_stages(job.failed),
    )
    if job.failed and all(found is None for found in (ears.sound, observed.face)):
        raise next(iter(job.failed.values()))
    return observed, (hearing.uses() if hearing else ()) + (seeing.uses() if seeing else ())


def _then_prepare(observe: Callable[[], T]) -> T:
    """Observe, and load what deriving needs (dictionaries, a third of a second) while the other lane goes on."""
    found = observe()
    import_module("analysis.derive")
    return found


def _raise_what_ended(job: lanes.Run, errors: list[BaseException]) -> None:
    """What the listener raised, else the failure that ended a lane; nothing where both lanes came to their end."""
    if job.broken is not None:
        raise job.broken
    for error in errors:
        if not isinstance(error, lanes.Stopped):
            raise error


def _check_meaning(job: lanes.Run) -> None:
    """Without the models that compare sentences, nothing is matched by meaning; all the rest is there."""
    try:
        for role in lanes.MEANING_ROLES:
            job.models.path(role)
    except Failure as failure:
        job.failed[lanes.MEANING] = failure


def _conclude(job: lanes.Run, observed: Observed, origin: Provenance) -> Derived:
    """Derive and write, both with their progress. The dictionaries that deriving needs are loaded only now."""
    from analysis.derive import derive

    request = job.request
    derived = job.short_stage("derive", lambda: derive(observed, request, origin))
    job.short_stage("write", lambda: _write(derived, Path(request.out_dir), job.scratch))
    return derived


def _write(derived: Derived, out_dir: Path, temporary: Path) -> None:
    """All files into the scratch folder first, then each to its place, the document last: it vouches for the others."""
    from analysis.export import write_all

    ready = temporary / "out"
    with writing(out_dir):
        ready.mkdir()
        write_all(ready, derived)
        (out_dir / DOCUMENT).unlink(missing_ok=True)
        for path in sorted(ready.iterdir(), key=lambda path: path.name == DOCUMENT):
            _place(path, out_dir / path.name)


def _place(source: Path, target: Path) -> None:
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        part = target.with_name(f"part-{target.name}")
        shutil.copyfile(source, part)
        os.replace(part, target)
