"""One variant of one experiment, in a process of its own: what was tried before a setting was chosen.

    python -m tests.bench.experiments EXPERIMENT VARIANT MEDIA

Prints seconds and processor seconds of the part in question as JSON, with what else tells the variants apart. What the
part needs from earlier stages is made before the clock starts.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np
import psutil

from analysis import features, media, pipeline
from analysis.document import Span
from analysis.face import FaceObserver
from analysis.media import SoundFile, pictures
from analysis.speech import observe_prosody, observe_sound, observe_speakers, observe_text, recogniser, text
from app.jobs.analysis import Choices, model_store, request_for, threads
from tests.bench.meter import high_water_mb

FACE_FPS = 5.0
FACE_ROLES = ("face_detector", "face_landmarks", "face_blendshapes", "face_mesh")
FACE_CALLS = 300

Spent = dict[str, Any]


class Recording:
    """A recording, with what the stages before the tried one find in it, made when first asked for."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.path, self.folder, self.store = path, folder, model_store(folder)
        self.info = media.probe(path, path.name)

    @cached_property
    def sound(self) -> SoundFile:
        return SoundFile.extract(self.path, self.info, self.folder, _quiet)

    @cached_property
    def speech(self) -> tuple[Span, ...]:
        return observe_sound(self.sound).speech

    def text(self, count: int, language: str = "auto") -> str:
        """The transcript, with so many threads."""
        whisper, _ = self.store.transcriber(None)
        found = observe_text(self.sound, self.speech, language, (), whisper, "cpu", count, _quiet)
        return " ".join(segment.text for segment in found.segments)

    def observer(self, count: int = 1) -> Callable[[float, Any], None]:
        """What looks at each picture (its time in seconds, RGB): the face, and the expression in it."""
        face = FaceObserver(*(self.store.path(role) for role in FACE_ROLES), count)
        room = features.expression()
        further = room.Observer(self.store.path(room.MODELS[0]), count) if room else None

        def look(time_s: float, rgb: Any) -> None:
            found = face.look(time_s, rgb)
            if further:
                further.look(rgb, found)

        return look


def _quiet(_: float) -> None:
    """Progress that nobody asked for."""


def timed(work: Callable[[], Any]) -> Spent:
    """Seconds and processor seconds; a dict that the work gives is added."""
    began, processor = time.perf_counter(), time.process_time()
    found = work()
    spent = {"wall_s": time.perf_counter() - began, "cpu_s": time.process_time() - processor}
    return spent | (found if isinstance(found, dict) else {})


def stage_threads(variant: str, one: Recording) -> Spent:
    """A stage on one or two threads, its models loaded within: "text 2"."""
    stage, count = variant.split()
    number, store = int(count), one.store
    one.sound, one.speech  # noqa: B018 - made before the clock starts
    work = {
        "voice": lambda: observe_sound(one.sound, threads=number),
        "text": lambda: {"text": one.text(number)},
        "speakers": lambda: observe_speakers(
            one.sound, one.speech, 2, None, store.path("speaker_segmentation"), store.path("speaker_embedding"), number,
            _quiet,
        ),
        "pitch": lambda: observe_prosody(one.sound, one.speech, (), _quiet, number),
        "face": lambda: _look(one, number),
    }  # fmt: skip
    return timed(work[stage])


def _look(one: Recording, count: int = 1) -> None:
    look = one.observer(count)
    for time_s, rgb in media.frames(one.path, one.info, FACE_FPS, _quiet, "", 1):
        look(time_s, rgb)


def decoding(variant: str, one: Recording) -> Spent:
    """How the words are decoded: "batch 3", "beam 1" (in batches of three), or "sequential", faster-whisper's own loop
    over the recording with its own voice filter, beam of 5 and fallback. The language is given."""
    language = _language(one)
    one.speech  # noqa: B018 - made before the clock starts
    if variant == "sequential":
        spent = timed(lambda: {"text": _sequential(one, language)})
    else:
        kind, value = variant.split()
        setattr(*((text, "BATCH") if kind == "batch" else (recogniser, "BEAM")), int(value))
        spent = timed(lambda: {"text": one.text(threads(), language)})
    return spent | {"peak_mb": high_water_mb(psutil.Process())}


def _language(one: Recording) -> str:
    return "zh" if "zh" in one.path.stem else "en"


def _sequential(one: Recording, language: str) -> str:
    from faster_whisper import WhisperModel

    folder, _ = one.store.transcriber(None)
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads(), local_files_only=True)
    prompt = "以下是普通话的句子。" if language == "zh" else None
    segments, _ = model.transcribe(
        one.sound.slice(0.0, one.sound.duration), language=language, beam_size=5, word_timestamps=True, hotwords=prompt,
        vad_filter=True, condition_on_previous_text=False,
    )  # fmt: skip
    return " ".join(segment.text for segment in segments)


def language(variant: str, one: Recording) -> Spent:
    """What it costs to find out which language each window is in: "found" or "given"."""
    one.speech  # noqa: B018 - made before the clock starts
    return timed(lambda: {"text": one.text(threads(), "auto" if variant == "found" else _language(one))})


def waiting(variant: str, one: Recording) -> Spent:
    """How OpenMP's threads wait for work, which the orchestrator set in the environment; the words on two threads."""
    one.speech  # noqa: B018 - made before the clock starts
    return timed(lambda: {"text": one.text(threads(), _language(one))})


def video(variant: str, one: Recording) -> Spent:
    """Decoding and looking by "one" thread, or by two, each on one of the "halves"."""
    if variant == "one":
        return timed(lambda: {"pictures": _part(one, 0.0, math.inf)})
    middle = one.info.duration / 2

    def work() -> Spent:
        with ThreadPoolExecutor(2) as pool:
            counts = pool.map(lambda part: _part(one, *part), ((0.0, middle), (middle, math.inf)))
            return {"pictures": sum(counts)}

    return timed(work)


def _part(one: Recording, start_s: float, end_s: float) -> int:
    """Look at the pictures of a part; each part has a decoder and models of its own."""
    look, count = one.observer(), 0
    with av.open(str(one.path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = "NONREF"
        if start_s:
            container.seek(int(start_s / stream.time_base), stream=stream)
        tick = math.ceil(start_s * FACE_FPS)
        for frame in container.decode(stream):
            if frame.time >= end_s:
                break
            if frame.time * FACE_FPS >= tick - 1e-3:
                tick = int(frame.time * FACE_FPS + 1e-3) + 1
                look(frame.time, _rgb(frame))
                count += 1
    return count


def skipping(variant: str, one: Recording) -> Spent:
    """Decoding alone: "all" frames, or only those that others are made from ("needed"). `late_ms` is how far behind its
    tick of 1 / 5 s a picture is, 95th percentile; `pictures` how many there are."""
    pictures._SKIP_FACTOR = math.inf if variant == "all" else pictures._SKIP_FACTOR

    def work() -> Spent:
        times = np.array([time_s for time_s, _ in media.frames(one.path, one.info, FACE_FPS, _quiet, "", 1)])
        late = times - np.floor(times * FACE_FPS + 1e-3) / FACE_FPS
        return {"pictures": len(times), "late_ms": 1000 * float(np.percentile(late, 95))}

    return timed(work)


def reading(variant: str, one: Recording) -> Spent:
    """Sound and pictures from "two" passes over the file, or from "one" that decodes both as they come."""
    if variant == "two":
        return timed(lambda: [_decode(one, (kind,)) for kind in ("audio", "video")])
    return timed(lambda: _decode(one, ("audio", "video")))


def _decode(one: Recording, kinds: tuple[str, ...]) -> None:
    with av.open(str(one.path)) as container:
        streams = [getattr(container.streams, kind)[0] for kind in kinds]
        resampler, tick = av.AudioResampler("s16", "mono", media.SAMPLE_RATE), 0
        for stream in streams:
            if stream.type == "video":
                stream.codec_context.thread_count, stream.codec_context.skip_frame = 1, "NONREF"
        for packet in container.demux(streams):
            for frame in packet.decode():
                if isinstance(frame, av.AudioFrame):
                    list(map(_array, resampler.resample(frame)))
                elif frame.time is not None and frame.time * FACE_FPS >= tick - 1e-3:
                    tick = int(frame.time * FACE_FPS + 1e-3) + 1
                    _rgb(frame)


def _array(frame: av.AudioFrame) -> Any:
    return frame.to_ndarray()


def _rgb(frame: av.VideoFrame) -> Any:
    """The picture as it is: the recordings here are not larger than the product looks at."""
    return frame.to_ndarray(format="rgb24")


def lanes(variant: str, one: Recording) -> Spent:
    """The whole pipeline in this process, hearing and seeing "beside" each other or one "after" the other."""
    if variant == "after":
        pipeline.ThreadPoolExecutor = lambda _, **rest: ThreadPoolExecutor(1, **rest)
    folder = one.folder
    request = request_for(one.path, one.path.name, folder / "out", folder / "observed", Choices(), folder)
    return timed(lambda: pipeline.run(request, one.store, lambda _: None))


def landmarks(variant: str, one: Recording) -> Spent:
    """The landmark model on crops of this recording, by onnxruntime: milliseconds a call."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(variant.split()[1])
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    model = onnxruntime.InferenceSession(str(one.store.path("face_landmarks")), options)
    name = model.get_inputs()[0].name
    crops = list(_crops(one))
    model.run(None, {name: crops[0]})
    spent = timed(lambda: [model.run(None, {name: crops[i % len(crops)]}) for i in range(FACE_CALLS)])
    return {key.replace("_s", "_ms"): 1000 * value / FACE_CALLS for key, value in spent.items()}


def _crops(one: Recording) -> Iterator[Any]:
    """A few middles of pictures at the model's size: its time does not depend on what it sees."""
    import cv2

    for _, rgb in media.frames(one.path, one.info, 0.5, _quiet, "", 1):
        yield cv2.resize(rgb, (256, 256))[None].astype(np.float32) / 255


EXPERIMENTS = {
    "threads": stage_threads, "decoding": decoding, "language": language, "waiting": waiting, "video": video,
    "skipping": skipping, "reading": reading, "lanes": lanes, "landmarks": landmarks,
}  # fmt: skip


def main(experiment: str, variant: str, path: Path) -> None:
    """Do it and print what it took."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as folder:
        print(json.dumps(EXPERIMENTS[experiment](variant, Recording(path, Path(folder)))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
