"""A recording that went on with other sources: each stretch says its own, and people are known through all of it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from analysis.document import Span
from analysis.media import SAMPLE_RATE, SoundFile, probe
from analysis.media.opening import LEFT, RIGHT
from analysis.media.redacting import redact
from analysis.media.stretches import ROLE, STRETCHES, Stretch, own_microphones, stretches_of, tags_of
from analysis.recording.joining import join
from analysis.speech import observe_sound, observe_speakers
from analysis.speech.text import _parts_of
from tests.analysis.test_speech_observing import EMBEDDING, SEGMENTATION, error, nothing

RATE = 48_000
TWO = {LEFT: "interviewer", RIGHT: "candidate"}
CHANGE_S = 28.0


def opus(path: Path, sound: np.ndarray, tags: dict[str, str], from_s: float) -> Path:
    """A part of a recording, (n,) or (n, 2) at 48 kHz, -1..1, that begins at `from_s` of its time."""
    layout = "stereo" if sound.ndim == 2 else "mono"
    with av.open(str(path), "w", format="matroska", options={"avoid_negative_ts": "disabled"}) as target:
        stream = target.add_stream("libopus", rate=RATE, layout=layout)
        stream.bit_rate = 96_000
        stream.metadata.update(tags)
        for first in range(0, len(sound) // 960 * 960, 960):
            block = np.ascontiguousarray((sound[first : first + 960] * 32767).astype(np.int16)).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, "s16", layout)
            frame.sample_rate, frame.pts = RATE, round(from_s * RATE) + first
            frame.time_base = Fraction(1, RATE)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def both(sample, tmp_path_factory):
    """The sample's sound at 48 kHz, (n,), and (n, 2) with each of its two people on a side."""
    folder, film = tmp_path_factory.mktemp("sample"), sample / "sample_zh.mp4"
    sound = SoundFile.extract(film, probe(film, "sample"), folder, nothing)
    mixed = np.repeat(sound.slice(0, sound.duration), RATE // SAMPLE_RATE)
    sides = np.zeros((len(mixed), 2), np.float32)
    people: list[str] = []
    for line in (sample / "sample_zh.rttm").read_text().splitlines():
        part = line.split()
        start, length, who = float(part[3]), float(part[4]), part[7]
        people += [who] if who not in people else []
        turn = slice(round(start * RATE), round((start + length) * RATE))
        sides[turn, people.index(who)] = mixed[turn]
    return mixed, sides + np.random.default_rng(3).normal(0, 1e-4, sides.shape).astype(np.float32)


def joined(folder: Path, both, own_first: bool) -> Path:
    """The interview with two microphones in one of its halves and one for all in the other."""
    mixed, sides = both
    cut = round(CHANGE_S * RATE)
    kinds = [(sides, TWO), (mixed, {LEFT: "room"})]
    (first, said), (second, says) = kinds if own_first else kinds[::-1]
    parts = [opus(folder / "0.mkv", first[:cut], said, 0.0), opus(folder / "1.mkv", second[cut:], says, CHANGE_S)]
    out = folder / "whole.mkv"
    join(parts, out, "whole")
    return out


def tags(file: Path) -> dict[str, str]:
    with av.open(str(file)) as container:
        return dict(container.streams.audio[0].metadata)


@pytest.mark.parametrize("own_first", [True, False])
def test_each_stretch_says_its_own_and_voices_are_known_through_both(tmp_path, sample, both, own_first):
    file = joined(tmp_path, both, own_first)
    found = stretches_of(tags(file))
    assert [one.tags for one in found] == ([TWO, {LEFT: "room"}] if own_first else [{LEFT: "room"}, TWO])
    assert found[1].start == pytest.approx(CHANGE_S, abs=0.05)
    assert LEFT not in tags(file), "who does not know of stretches takes the whole as one microphone"
    sound = SoundFile.extract(file, probe(file, "whole"), tmp_path / "sound", nothing)
    assert len(sound.sides) == 2
    (shared,) = sound.shared
    assert (shared.start, shared.end) == pytest.approx(
        (CHANGE_S, sound.duration) if own_first else (0, CHANGE_S), abs=0.05
    )
    seen = observe_sound(sound)
    assert seen.shared == sound.shared
    assert all(span.end <= shared.start + 0.01 or span.start >= shared.end - 0.01 for s in seen.sides for span in s)
    speakers = observe_speakers(
        sound, seen.speech, 2, None, SEGMENTATION, EMBEDDING, 2, nothing, seen.sides, sound.shared
    )
    assert speakers.sides == ("S1", "S2")
    assert error(sample / "sample_zh.rttm", speakers.turns) < 0.03
    parts = _parts_of(sound, seen.speech, seen.sides, sound.shared)
    assert [part.side for part in parts] == [0, 1, None]
    assert all(shared.start <= span.start < span.end <= shared.end for span in parts[2].speech)


def test_a_redacted_recording_still_says_it(tmp_path, both):
    file = joined(tmp_path, both, True)
    before = stretches_of(tags(file))
    redact(file, tmp_path / "less.mkv", [(2.0, 4.0)], 40.0, nothing, "whole")
    assert stretches_of(tags(tmp_path / "less.mkv")) == before


def test_parts_with_the_same_sources_are_one_stretch(tmp_path, both):
    _, sides = both
    halves = sides[: 10 * RATE], sides[10 * RATE : 20 * RATE]
    parts = [opus(tmp_path / f"{n}.mkv", half, TWO, 10.0 * n) for n, half in enumerate(halves)]
    join(parts, tmp_path / "whole.mkv", "whole")
    said = tags(tmp_path / "whole.mkv")
    assert (said[LEFT], said[RIGHT]) == ("interviewer", "candidate")
    assert STRETCHES not in said


def test_it_goes_on_twice(tmp_path, both):
    mixed, _ = both
    whole = joined(tmp_path, both, True)
    length = len(mixed) / RATE
    last = opus(tmp_path / "2.mkv", mixed[: 5 * RATE], {LEFT: "room", RIGHT: "system"}, length)
    join([whole, last], tmp_path / "again.mkv", "again")
    found = stretches_of(tags(tmp_path / "again.mkv"))
    assert [one.tags for one in found] == [TWO, {LEFT: "room"}, {LEFT: "room", RIGHT: "system"}]


def test_what_cannot_be_read_says_nothing():
    assert stretches_of({STRETCHES: "[{"}, 2.0) == (Stretch(2.0, {}),)
    assert own_microphones({STRETCHES: "{}"}, 0.0, 60.0) is None
    assert own_microphones({}, 0.0, 60.0) is None
    assert own_microphones({LEFT: "room"}, 0.0, 60.0) == ()
    assert own_microphones(TWO, 0.0, 60.0) == (Span(0.0, 60.0),)


def test_pictures_say_what_they_show():
    said = tags_of((Stretch(0.0, {ROLE: "camera"}), Stretch(9.0, {ROLE: "camera"}), Stretch(20.0, {ROLE: "screen"})))
    assert [one.start for one in stretches_of(said)] == [0.0, 20.0]
