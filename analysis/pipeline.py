"""The whole way from a recording to its analysis: probe, observe in two lanes, derive, write.

Everything temporary lies in a scratch folder below `request.observed_dir`, which is gone at the end, failure or not.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from analysis import device, lanes, media
from analysis.disk import writing
from analysis.document import MediaInfo, ModelUse, Provenance
from analysis.failures import DocumentInvalid, NothingToAnalyse, OutputTaken
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

if TYPE_CHECKING:
    from analysis.derive import Derived

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
        which = device.resolve(request.device, lambda: _gpu_computes(request, models)) if hears else "cpu"
        shelf = Shelf(observed_dir)
        book = CostBook(models.cache / COSTS_FILE)
        plan = plan_for(request, which, hears, sees)
        forecast = Forecast(plan.lanes, plan.tail, info.duration, plan.costs(book))
        job = lanes.Run(request, info, models, shelf, temporary, which, forecast, Throttle(report))
        hearing, seeing = lanes.Hearing(job) if hears else None, lanes.Seeing(job) if sees else None
        for lane in (hearing, seeing):
            if lane is not None:
                lane.check_models()
        probed_s = time.monotonic() - begun
        observed, uses = _observe(job, hearing, seeing)
        origin = provenance(request, uses, which, {"probe": probed_s} | shelf.took(plan.observing))
        with remembering(observed_dir, models.cache):
            derived = _conclude(job, observed, origin)
        shelf.finish(info, origin, (*plan.observing, *([EXTRA] if observed.extra else [])))
        book.learn(plan.measured(forecast), info.duration)
        return derived


def _gpu_computes(request: AnalysisRequest, models: ModelStore) -> bool:
    from analysis.speech.recogniser import computes_on_cuda

    return computes_on_cuda(models.transcriber(request.transcriber)[0], request.threads)


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
        text=shelf.latest("text", TextObservation) if hears else None,
        speakers=shelf.latest("speakers", SpeakerObservation) if hears else None,
        prosody=shelf.latest("prosody", ProsodyObservation) if hears else None,
        face=shelf.latest("face", FaceObservation) if sees else None,
        extra=shelf.latest_arrays() if sees and lanes.optional_room(request) else None,
    )


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
    """Both lanes beside each other: decoders and models let other threads run. The first failure counts."""
    with ThreadPoolExecutor(2, thread_name_prefix="lane") as pool:
        heard = pool.submit(hearing.observe) if hearing else None
        seen = pool.submit(seeing.observe) if seeing else None
        running: list[Future[Any]] = [future for future in (heard, seen) if future]
        wait(running, return_when=FIRST_EXCEPTION)
        if any(future.done() and future.exception() for future in running):
            job.stop.set()
    failures = [error for future in running if (error := future.exception())]
    if failures:
        raise next((error for error in failures if not isinstance(error, lanes.Stopped)), failures[0])
    ears, eyes = heard.result() if heard else None, seen.result() if seen else None
    uses = (hearing.uses() if hearing else ()) + (seeing.uses() if seeing else ())
    observed = Observed(
        job.media,
        sound=ears.sound if ears else None,
        text=ears.text if ears else None,
        speakers=ears.speakers if ears else None,
        prosody=ears.prosody if ears else None,
        face=eyes.face if eyes else None,
        extra=eyes.extra if eyes else None,
    )
    return observed, uses


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
