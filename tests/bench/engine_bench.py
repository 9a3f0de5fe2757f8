"""What the pipeline costs over its bare engines: the same models and settings, one after the other, nothing else."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from analysis.media import SoundFile, frames, probe
from app.jobs.analysis import model_store, threads
from tests.bench.analysis_bench import run
from tests.conftest import CORPUS

FILE = "interviews/dev/zh_be_dev.mp4"
WHAT = {
    "engine_overhead_ratio": "seconds of a whole analysis of interviews/dev/zh_be_dev.mp4 (one child process, loading "
    "included), divided by the sum of the bare engines run one after the other in this process with the product's own "
    "settings: decoding, voice activity, transcription, speakers, pitch, faces and expression at 5 a second",
}


def measure() -> dict[str, float | None]:
    """The figure of `WHAT`."""
    media = CORPUS / FILE
    if not media.is_file():
        print("   ../shared/corpus is not here")
        return dict.fromkeys(WHAT)
    run(media)
    whole, _, _ = run(media)
    bare = engines(media)
    print("   whole " + f"{whole:.1f} s; bare " + ", ".join(f"{k} {v:.1f}" for k, v in bare.items()))
    return {"engine_overhead_ratio": whole / sum(bare.values())}


def engines(media: Path) -> dict[str, float]:
    """Seconds of each engine, models loaded inside the time as the product does."""
    folder = Path(tempfile.mkdtemp(prefix="mianjian-bench-"))
    try:
        return _engines(media, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _engines(media: Path, folder: Path) -> dict[str, float]:
    from analysis.speech import observe_prosody, observe_sound, observe_speakers, observe_text

    spent: dict[str, float] = {}
    store = model_store(folder)

    def timed(name, work):  # type: ignore[no-untyped-def]
        began = time.perf_counter()
        result = work()
        spent[name] = time.perf_counter() - began
        return result

    info = timed("probe", lambda: probe(media, media.name))
    sound = timed("decode", lambda: SoundFile.extract(media, info, folder, lambda _: None))
    seen = timed("voice", lambda: observe_sound(sound))
    whisper, _ = store.transcriber(None)
    words = timed(
        "text", lambda: observe_text(sound, seen.speech, "auto", (), whisper, "cpu", threads(), lambda _: None)
    )
    segmentation, embedding = store.path("speaker_segmentation"), store.path("speaker_embedding")
    timed(
        "speakers",
        lambda: observe_speakers(sound, seen.speech, 2, None, segmentation, embedding, threads(), lambda _: None),
    )
    heard = tuple(word for segment in words.segments for word in segment.words)
    timed("pitch", lambda: observe_prosody(sound, seen.speech, heard, lambda _: None))
    timed("faces", lambda: _faces(media, info, store))
    return spent


def _faces(media, info, store):  # type: ignore[no-untyped-def]
    from analysis import features
    from analysis.face import FaceObserver

    face = FaceObserver(
        store.path("face_detector"), store.path("face_landmarks"), store.path("face_blendshapes"),
        store.path("face_mesh"), 1,
    )  # fmt: skip
    room = features.expression()
    expression = room.Observer(store.path("face_expression"), 1) if room else None
    for time_s, picture in frames(media, info, 5.0, lambda _: None, media.name, 2):
        look = face.look(time_s, picture)
        if expression:
            expression.look(picture, look)
