"""The recordings that the benchmarks run on, and those made of them: larger, shorter, longer, in a temporary folder."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import av
import jiwer
import numpy as np

from tests.accuracy.words import plain
from tests.conftest import CORPUS, ROOT

SAMPLE = "MIANJIAN_BENCH_SAMPLE"
"""Set to 1 (`bench --sample`): the bundled samples of 57 s stand for the corpus. For trying a benchmark only."""
INTERVIEWS = {"en": "interviews/dev/en_pm_dev.mp4", "zh": "interviews/dev/zh_be_dev.mp4"}
LONG = "interviews/long/long_zh.mp4"
LONG_MINUTES = {10: 600.0, 30: None, 120: 4}
"""The long recording's first 600 s, all of it, and four times all of it."""
WIDTH, HEIGHT = 1280, 720
JOIN_S = 0.1
"""Between two repetitions: what an encoder puts before time 0 must not fall into the one before."""
X264 = {"preset": "fast", "crf": "23"}


@dataclass(frozen=True)
class Interview:
    """A labelled interview: its media, its language "en" or "zh", and what is said in it."""

    path: Path
    language: str
    said: str

    def error_rate(self, heard: str) -> float:
        """WER of English, CER of Chinese, by the accuracy report's own rules."""
        reference, hypothesis = plain(self.said, self.language), plain(heard, self.language)
        return float((jiwer.cer if self.language == "zh" else jiwer.wer)(reference, hypothesis))


def sampled() -> bool:
    """Whether the bundled samples stand for the corpus."""
    return os.environ.get(SAMPLE) == "1"


def missing() -> bool:
    """Whether there is nothing to measure on; says so."""
    absent = not sampled() and not CORPUS.is_dir()
    if absent:
        print("   ../shared/corpus is not here; `--sample` tries the benchmark on the bundled samples")
    return absent


def sample(language: str) -> Path:
    """The bundled sample of a language."""
    return ROOT / "resources" / "sample" / f"sample_{language}.mp4"


def interview(language: str) -> Interview:
    """The labelled interview of a language, as it came (640 x 480, 25 pictures a second)."""
    path = sample(language) if sampled() else CORPUS / INTERVIEWS[language]
    truth = json.loads(path.with_suffix(".truth.json").read_text("utf-8"))
    return Interview(path, language, " ".join(turn["text"] for turn in truth["turns"]))


@cache
def folder() -> Path:
    """The temporary folder of this run, removed at its end."""
    path = Path(tempfile.mkdtemp(prefix="mianjian-bench-media-"))
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@cache
def interview_720p(language: str) -> Path:
    """The labelled interview as the promise has it: 1280 x 720, H.264, the same rate and the same sound."""
    source = interview(language).path
    out = folder() / f"{source.stem}_720p.mp4"
    enlarge(source, out)
    return out


@cache
def long_recording(minutes: int) -> Path:
    """The long recording of 10, 30 or 120 minutes (with `--sample` one, two or four times the sample)."""
    out = folder() / f"long_{minutes}min.mp4"
    if sampled():
        repeat(interview("zh").path, out, {10: 1, 30: 2, 120: 4}[minutes])
        return out
    wanted = LONG_MINUTES[minutes]
    if wanted is None:
        return CORPUS / LONG
    if isinstance(wanted, float):
        cut(CORPUS / LONG, out, wanted)
    else:
        repeat(CORPUS / LONG, out, wanted)
    return out


def length_s(path: Path) -> float:
    """How long the file says it is."""
    with av.open(str(path)) as container:
        return float((container.duration or 0) / av.time_base)


def cut(source: Path, out: Path, end_s: float) -> None:
    """The packets before `end_s`, not transcoded."""
    _copy([(source, 0.0)], out, end_s)


def repeat(source: Path, out: Path, times: int) -> None:
    """The recording `times` over, not transcoded."""
    length = length_s(source) + JOIN_S
    _copy([(source, number * length) for number in range(times)], out, np.inf)


def _copy(parts: list[tuple[Path, float]], out: Path, end_s: float) -> None:
    with av.open(str(parts[0][0])) as first, av.open(str(out), "w") as target:
        copies = [
            target.add_stream_from_template(stream) for stream in (first.streams.video[0], first.streams.audio[0])
        ]
        for source, later_s in parts:
            with av.open(str(source)) as container:
                streams = [container.streams.video[0], container.streams.audio[0]]
                for packet in container.demux(streams):
                    if packet.dts is None or packet.pts is None or packet.dts * packet.time_base >= end_s:
                        continue
                    shift = round(Fraction(later_s) / packet.time_base)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = copies[streams.index(packet.stream)]
                    target.mux(packet)


def enlarge(source: Path, out: Path, key_every: int = 250) -> None:
    """The same recording at 1280 x 720: the picture at full height in the middle, the sound not transcoded.

    A key frame stands at least every `key_every` pictures.
    """
    with av.open(str(source)) as container, av.open(str(out), "w") as target:
        picture, sound = container.streams.video[0], container.streams.audio[0]
        picture.thread_type = "AUTO"
        video = target.add_stream("libx264", rate=picture.average_rate, options=X264 | {"g": str(key_every)})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = target.add_stream_from_template(sound)
        for packet in container.demux(picture, sound):
            if packet.stream is sound:
                if packet.dts is not None:
                    packet.stream = audio
                    target.mux(packet)
                continue
            for frame in packet.decode():
                target.mux(video.encode(_in_the_middle(frame)))
        target.mux(video.encode())


def _in_the_middle(frame: av.VideoFrame) -> av.VideoFrame:
    width = min(WIDTH, round(frame.width * HEIGHT / frame.height / 2) * 2)
    canvas = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    left = (WIDTH - width) // 2
    canvas[:, left : left + width] = frame.to_ndarray(format="rgb24", width=width, height=HEIGHT)
    larger = av.VideoFrame.from_ndarray(canvas, "rgb24")
    larger.pts, larger.time_base = frame.pts, frame.time_base
    return larger
