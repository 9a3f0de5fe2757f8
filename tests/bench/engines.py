"""The bare engines of an analysis: what the product asks of each library is recorded, then asked again without it.

    python -m tests.bench.engines record MEDIA FOLDER     runs the product's pipeline, notes every call of an engine
    python -m tests.bench.engines ENGINE MEDIA FOLDER     a fresh process: loads that engine, makes the same calls

The second imports nothing of `analysis`. It prints the engine's seconds as JSON: importing the library and loading the
models, the calls themselves, processor seconds, and the number of calls. Reading the recorded inputs is not counted,
and neither is what the product does around the calls: cutting faces out, features of voices, choosing the language,
clustering, writing.
"""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

SAMPLE_RATE = 16_000
FACE_FPS, MAX_SIDE, DECODER_THREADS, SKIPS_FROM = 5.0, 1280, 1, 3.0
"""How the product takes pictures: so many a second, no larger, by one thread; from 3 times more on, only those that
others need are decoded."""
NICE = 5
"""The child of the product is as polite."""
KEPT_MB = 150
"""Of a model's inputs at most this much is kept; where it was called more often, they are given again in turn."""
CALLS = "calls-{}.pickle"
MODELS = {
    "voice": ("silero_vad_v6",), "speakers": ("speaker_segmentation", "speaker_embedding"),
    "faces": ("face_detector", "face_landmarks", "face_blendshapes", "face_expression"),
}  # fmt: skip
"""Engine by the names of its model files; every other model is the pitch tracker's, inside its package."""
ENGINES = ("sound", "pictures", "voice", "transcriber", "speakers", "pitch", "faces")


@dataclass
class Calls:
    """What one model was asked: each `kept` input stands for `stride` of `count` calls."""

    model: str
    settings: dict[str, Any]
    kept: list[Any] = field(default_factory=list)
    count: int = 0
    stride: int = 1

    def add(self, feed: dict[str, np.ndarray]) -> None:
        """Note a call; when there are too many, every second one stays."""
        if self.count % self.stride == 0:
            self.kept.append({name: np.array(value) for name, value in feed.items()})
        self.count += 1
        if sum(value.nbytes for value in self.kept[0].values()) * len(self.kept) > KEPT_MB * 1e6:
            self.kept, self.stride = self.kept[::2], self.stride * 2

    def __iter__(self) -> Iterator[Any]:
        """As many inputs as there were calls."""
        return (self.kept[number % len(self.kept)] for number in range(self.count))


def engine_of(model: str) -> str:
    """The engine that a model file belongs to."""
    return next((engine for engine, names in MODELS.items() if Path(model).stem in names), "pitch")


def record(media: Path, folder: Path) -> None:
    """Run the product's own pipeline on a recording and write every engine's calls into `folder`."""
    runs = _watch_onnxruntime()
    heard = _watch_whisper()
    from analysis import pipeline
    from app.jobs.analysis import Choices, model_store, request_for

    request = request_for(media, media.name, folder / "out", folder / "observed", Choices(), folder)
    pipeline.run(request, model_store(folder), lambda _: None)
    by_engine: dict[str, list[Calls]] = {"transcriber": heard}
    for calls in runs:
        by_engine.setdefault(engine_of(calls.model), []).append(calls)
    for engine in ENGINES[2:]:
        calls = [one for one in by_engine.get(engine, []) if one.count]
        if not calls:
            raise RuntimeError(f"the product did not call {engine}: its recorder must follow the product")
        (folder / CALLS.format(engine)).write_bytes(pickle.dumps(calls))


def _watch_onnxruntime() -> list[Calls]:
    import onnxruntime

    runs: list[Calls] = []

    class Watched(onnxruntime.InferenceSession):
        def __init__(self, path_or_bytes, sess_options=None, providers=None, *rest, **more):
            super().__init__(path_or_bytes, sess_options, providers, *rest, **more)
            self._calls = Calls(str(path_or_bytes), _settings(sess_options))
            runs.append(self._calls)

        def run(self, names, feed, *rest):
            self._calls.add(feed)
            return super().run(names, feed, *rest)

    onnxruntime.InferenceSession = Watched
    return runs


def _settings(options: Any) -> dict[str, Any]:
    import onnxruntime

    options = options or onnxruntime.SessionOptions()
    try:
        spinning = options.get_session_config_entry("session.intra_op.allow_spinning")
    except RuntimeError:
        spinning = "1"
    return {
        "threads": options.intra_op_num_threads, "between": options.inter_op_num_threads,
        "arena": options.enable_cpu_mem_arena, "spinning": spinning,
    }  # fmt: skip


def _watch_whisper() -> list[Calls]:
    """Both ways that the product transcribes by: in batches, and alone with fallback."""
    import faster_whisper

    heard: list[Calls] = []
    open_model = faster_whisper.WhisperModel.__init__

    def opened(self, folder, **settings):
        heard.append(Calls(str(folder), settings))
        open_model(self, folder, **settings)

    faster_whisper.WhisperModel.__init__ = opened
    for kind in (faster_whisper.BatchedInferencePipeline, faster_whisper.WhisperModel):
        kind.transcribe = _noted(kind, heard)
    return heard


def _noted(kind: type, heard: list[Calls]) -> Callable[..., Any]:
    transcribe = kind.transcribe

    def noted(self, audio, **settings):
        heard[-1].kept.append((kind.__name__, np.array(audio), settings))
        heard[-1].count += 1
        return transcribe(self, audio, **settings)

    return noted


def replay(engine: str, media: Path, folder: Path) -> dict[str, float]:
    """{"load_s", "work_s", "cpu_s", "calls"} of one bare engine."""
    if engine in ("sound", "pictures"):
        return _timed(lambda: _decoder(engine, media))
    calls: list[Calls] = pickle.loads((folder / CALLS.format(engine)).read_bytes())
    return _timed(lambda: (_transcriber if engine == "transcriber" else _models)(calls))


def _timed(load: Callable[[], Iterator[None]]) -> dict[str, float]:
    """`load` imports and loads; going through what it gives makes the calls."""
    began, processor = time.perf_counter(), time.process_time()
    steps = load()
    next(steps)
    loaded = time.perf_counter()
    count = sum(1 for _ in steps)
    done = time.perf_counter()
    return {
        "load_s": loaded - began, "work_s": done - loaded, "cpu_s": time.process_time() - processor, "calls": count
    }  # fmt: skip


def _models(calls: list[Calls]) -> Iterator[None]:
    import onnxruntime

    sessions = [_session(onnxruntime, one) for one in calls]
    yield
    for session, one in zip(sessions, calls, strict=True):
        for feed in one:
            session.run(None, feed)
            yield


def _session(onnxruntime: Any, calls: Calls) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = calls.settings["threads"]
    options.inter_op_num_threads = calls.settings["between"]
    options.enable_cpu_mem_arena = calls.settings["arena"]
    options.add_session_config_entry("session.intra_op.allow_spinning", calls.settings["spinning"])
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(calls.model, options, providers=["CPUExecutionProvider"])


def _transcriber(calls: list[Calls]) -> Iterator[None]:
    import faster_whisper

    models = [faster_whisper.WhisperModel(one.model, **one.settings) for one in calls]
    ways = [
        {"WhisperModel": model, "BatchedInferencePipeline": faster_whisper.BatchedInferencePipeline(model)}
        for model in models
    ]
    yield
    for one, way in zip(calls, ways, strict=True):
        for kind, audio, settings in one.kept:
            list(way[kind].transcribe(audio, **settings)[0])
            yield


def _decoder(engine: str, media: Path) -> Iterator[None]:
    import av

    with av.open(str(media)) as container:
        yield
        yield from (_sound(av, container) if engine == "sound" else _pictures(container))


def _sound(av: Any, container: Any) -> Iterator[None]:
    """All of it as 16 kHz mono."""
    resampler = av.AudioResampler("s16", "mono", SAMPLE_RATE)
    for frame in container.decode(audio=0):
        for part in resampler.resample(frame):
            part.to_ndarray()
            yield


def _pictures(container: Any) -> Iterator[None]:
    """RGB pictures of the product's size at its rate."""
    from av.video.reformatter import VideoReformatter

    stream = container.streams.video[0]
    stream.codec_context.thread_type, stream.codec_context.thread_count = "AUTO", DECODER_THREADS
    if float(stream.average_rate or 25) >= SKIPS_FROM * FACE_FPS:
        stream.codec_context.skip_frame = "NONREF"
    scale = min(1.0, MAX_SIDE / max(stream.width, stream.height))
    size = round(stream.width * scale), round(stream.height * scale)
    reformatter, tick = VideoReformatter(), 0
    for frame in container.decode(stream):
        if frame.time is not None and frame.time * FACE_FPS >= tick - 1e-3:
            tick = int(frame.time * FACE_FPS + 1e-3) + 1
            reformatter.reformat(frame, *size, format="rgb24", interpolation="AREA", threads=1).to_ndarray()
            yield


def main(engine: str, media: Path, folder: Path) -> None:
    """One engine, or the recording of all."""
    if engine == "record":
        record(media, folder)
        return
    if hasattr(os, "nice"):
        os.nice(NICE)
    print(json.dumps(replay(engine, media, folder)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
