"""The child's main: one job as a JSON line on standard input, JSON lines back on a pipe of its own.

The pipe is the original standard output; file descriptor 1 is pointed at standard error, so that nothing a library
prints can break the lines. When the parent closes the child's standard input, or ends, the child ends at once.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec
import psutil

from analysis import protocol
from analysis.failures import Failure
from analysis.models import ModelStore
from analysis.progress import Progress, SoFar, StageDone
from analysis.scratch import clear_mine

if TYPE_CHECKING:
    from analysis.derive import Derived
    from analysis.request import AnalysisRequest

NICE = 5
"""A modest step: the window stays quick while an analysis takes what is left."""
PIECE = 1 << 16
ORPHANED = 3
"""Exit status after standard input was closed before the job ended."""


def main() -> int:
    """Do one job. 0 = a result or a known failure was sent; a bug ends with a traceback and status 1."""
    lines = Lines(_private_output())
    line = _read_job()
    if line is None:
        return ORPHANED
    threading.Thread(target=_watch_parent, name="parent", daemon=True).start()
    ended = threading.Event()
    beat = threading.Thread(target=_beat, args=(lines, ended), name="heartbeat", daemon=True)
    beat.start()
    try:
        _settle()
        _answer(msgspec.json.decode(line, type=protocol.Job), lines)
    finally:
        ended.set()
        beat.join()
    return 0


class Lines:
    """Writes messages as JSON lines, whole ones, from any thread."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def send(self, message: protocol.Message) -> None:
        """Write one line. A parent that no longer reads ends this process."""
        line = msgspec.json.encode(message) + b"\n"
        with self._lock:
            try:
                self._out.write(line)
                self._out.flush()
            except ConnectionError:
                _leave()

    def report(self, event: Progress | StageDone | SoFar) -> None:
        """Send the pipeline's reports on."""
        if isinstance(event, StageDone):
            self.send(protocol.PartialMessage(event.stage))
        elif isinstance(event, SoFar):
            self.send(protocol.SoFarMessage(event))
        else:
            self.send(
                protocol.ProgressMessage(
                    stage=event.stage,
                    done_s=round(event.done_s, 2),
                    total_s=round(event.total_s, 2),
                    share=round(event.share, 4),
                    remaining_s=round(event.remaining_s, 2),
                )
            )


def _private_output() -> BinaryIO:
    """The original standard output, kept apart; whatever prints from now on prints to standard error."""
    private = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(private, "wb")


def _read_job() -> bytes | None:
    """The one line on standard input, None where it ends before.

    Read from the descriptor itself: the thread that waits there must not hold the lock of a buffered stream when the
    interpreter closes.
    """
    received = bytearray()
    while not received.endswith(b"\n"):
        piece = os.read(0, PIECE)
        if not piece:
            return None
        received += piece
    return bytes(received)


def _watch_parent() -> None:
    """Standard input at its end: the parent has closed it or is no more."""
    while os.read(0, PIECE):
        pass
    _leave()


def _leave() -> None:
    clear_mine()
    os._exit(ORPHANED)


def _beat(lines: Lines, ended: threading.Event) -> None:
    lines.send(protocol.Heartbeat())
    while not ended.wait(protocol.HEARTBEAT_S):
        lines.send(protocol.Heartbeat())


def _settle() -> None:
    """Lower the priority, stay offline, send no telemetry."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        os.nice(NICE)
    import onnxruntime

    onnxruntime.disable_telemetry_events()


def _answer(job: protocol.Job, lines: Lines) -> None:
    try:
        result = _do(job, lines)
    except Failure as failure:
        params = {name: str(value) for name, value in failure.params.items()}
        lines.send(protocol.FailureMessage(failure.code, params))
    else:
        lines.send(protocol.ResultMessage(result))


def _do(job: protocol.Job, lines: Lines) -> protocol.Result:
    if isinstance(job, protocol.PrepareJob):
        return _prepare(job)
    if isinstance(job, protocol.FramesJob):
        return protocol.FramesResult(_frames(job.media, job.name))
    if isinstance(job, protocol.AddModelJob):
        added = _models(job.places).add(Path(job.folder))
        return protocol.AddModelResult(added.id, added.folder)
    if isinstance(job, protocol.EmbedJob):
        return _embed(job, lines)
    if isinstance(job, protocol.ClipJob):
        return _clip(job, lines)
    if isinstance(job, protocol.RedactJob):
        return _redact(job, lines)
    if isinstance(job, protocol.SoundJob):
        return _sound(job, lines)
    if isinstance(job, protocol.StillsJob):
        return _stills(job, lines)
    if isinstance(job, protocol.JoinJob):
        return _join(job, lines)
    if isinstance(job, protocol.PartialJob):
        return _derive_so_far(job)
    from analysis import pipeline

    if isinstance(job, protocol.DeriveJob):
        derived = pipeline.derive_again(job.request, Path(job.places.cache))
    else:
        derived = pipeline.run(job.request, _models(job.places), lines.report)
    return _result(derived, job.request)


def _derive_so_far(job: protocol.PartialJob) -> protocol.AnalysisResult:
    from analysis.so_far import derive_so_far

    return _result(derive_so_far(job.request, job.so_far), job.request)


def _result(derived: Derived, request: AnalysisRequest) -> protocol.AnalysisResult:
    analysis = derived.analysis
    return protocol.AnalysisResult(analysis.id, request.out_dir, analysis.provenance.stages)


def _models(places: protocol.Places) -> ModelStore:
    return ModelStore(Path(places.resources), Path(places.cache), Path(places.data))


def _prepare(job: protocol.PrepareJob) -> protocol.PrepareResult:
    from analysis import media

    info = media.probe(job.media, job.name)
    media.remux(job.media, job.playable, info, job.name)
    pictured = any(stream.kind == "video" for stream in info.streams)
    if pictured:
        media.thumbnail(job.media, job.thumbnail, info, job.name)
    return protocol.PrepareResult(info, pictured, _frames(job.playable, job.name) if pictured else ())


def _frames(path: str, name: str) -> tuple[int, ...]:
    from analysis import media

    return tuple(media.frame_times(path, name).tolist())


def _embed(job: protocol.EmbedJob, lines: Lines) -> protocol.EmbedResult:
    from analysis import embedding

    embedding.embed(job.texts, Path(job.out), Path(job.places.cache), lines.report)
    return protocol.EmbedResult(embedding.encoder())


def _sound(job: protocol.SoundJob, lines: Lines) -> protocol.SoundResult:
    """Decoded once, then written in parts."""
    from analysis import media
    from analysis.media import sounding

    info, folder, began = media.probe(job.media, job.name), Path(job.folder), time.monotonic()
    length = max(0.001, info.duration)

    def tell(before: float, done_s: float) -> None:
        share = min(1.0, before + done_s / length / 2)
        left = (time.monotonic() - began) / max(share, 0.001) * (1 - share)
        lines.report(Progress("outside_prepare", share * length, length, share, left))

    sound = media.SoundFile.extract(job.media, info, folder, lambda done_s: tell(0.0, done_s), job.name)
    parts = sounding.write_parts(sound, folder, job.form, job.longest_s, lambda done_s: tell(0.5, done_s))
    return protocol.SoundResult(tuple(protocol.SoundPart(str(p.path), p.start, p.seconds) for p in parts))


def _stills(job: protocol.StillsJob, lines: Lines) -> protocol.StillsResult:
    from analysis import media
    from analysis.media.stills import Place, stills

    info, began = media.probe(job.media, job.name), time.monotonic()
    length = max(0.001, info.duration)

    def tell(done_s: float) -> None:
        share = min(1.0, done_s / length)
        left = (time.monotonic() - began) / max(share, 0.001) * (1 - share)
        lines.report(Progress("outside_stills", done_s, length, share, left))

    places = [Place(each.time_s, each.x, each.y, each.w, each.h) for each in job.places]
    found = stills(job.media, info, places, Path(job.folder), tell, job.name)
    return protocol.StillsResult(tuple(protocol.Still(time_s, str(path)) for time_s, path in found))


def _redact(job: protocol.RedactJob, lines: Lines) -> protocol.RedactResult:
    from analysis import media

    length, began = max(0.001, media.probe(job.media, job.name).duration), time.monotonic()

    def tell(done_s: float) -> None:
        left = (time.monotonic() - began) / max(done_s, 0.001) * max(0.0, length - done_s)
        lines.report(Progress("redact", done_s, length, min(1.0, done_s / length), left))

    media.redact(job.media, job.out, job.spans, length, tell, job.name, job.like)
    return protocol.RedactResult()


def _join(job: protocol.JoinJob, lines: Lines) -> protocol.JoinResult:
    from analysis.recording.joining import join

    began = time.monotonic()

    def tell(share: float) -> None:
        left = (time.monotonic() - began) / max(share, 0.001) * (1 - share)
        lines.report(Progress("join", share, 1.0, share, left))

    return protocol.JoinResult(join([Path(part) for part in job.parts], Path(job.out), job.name, tell))


def _clip(job: protocol.ClipJob, lines: Lines) -> protocol.ClipResult:
    from analysis import media

    length, began = job.end - job.start, time.monotonic()

    def tell(done_s: float) -> None:
        left = (time.monotonic() - began) / done_s * (length - done_s)
        lines.report(Progress("clip", done_s, length, min(1.0, done_s / length), left))

    parts = media.clip(job.media, job.out, job.start, job.end, tell, job.name, picture=job.picture, sound=job.sound)
    return protocol.ClipResult(*parts)


if __name__ == "__main__":
    sys.exit(main())
