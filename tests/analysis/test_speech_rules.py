"""The rules between the models and the observations: windows, writing, invented text, levels, clusters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.document import Span, Word
from analysis.media import SAMPLE_RATE, SoundFile
from analysis.observations import Hum
from analysis.speech.activity import spans_of
from analysis.speech.clustering import cluster, suggest
from analysis.speech.hesitation import hesitations
from analysis.speech.hums import beginnings
from analysis.speech.invention import invented
from analysis.speech.levels import LevelMeter
from analysis.speech.recogniser import Heard
from analysis.speech.windows import MAX_WINDOW_S, windows
from analysis.speech.writing import joined, polished, segments, simplified, trimmed


def noise(seconds: float, level: float = 0.1, seed: int = 0) -> np.ndarray:
    """White noise, float32."""
    return np.random.default_rng(seed).normal(0, level, round(seconds * SAMPLE_RATE)).astype(np.float32)


def sound_of(samples: np.ndarray) -> SoundFile:
    """A sound in memory."""
    return SoundFile((np.clip(samples, -1, 1) * 32767).astype(np.int16))


def words(*texts: str, start: float = 0.0, each: float = 0.2, probability: float = 0.9) -> list[Word]:
    """Words one after the other."""
    return [Word(start + i * each, start + (i + 1) * each, text, probability) for i, text in enumerate(texts)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.02, 3.0), st.floats(0.05, 70.0)), min_size=1, max_size=25))
def test_windows_hold_all_speech_in_order_and_are_short_enough(steps):
    at, speech = 0.0, []
    for gap, length in steps:
        speech.append(Span(at + gap, at + gap + length))
        at += gap + length
    sound = SoundFile(np.zeros(round((at + 1) * SAMPLE_RATE), np.int16))
    found = windows(sound, speech)
    pieces = [piece for window in found for piece in window.pieces]
    assert all(window.length <= MAX_WINDOW_S + 0.01 for window in found)
    assert all(a.end <= b.start + 1e-6 for a, b in pairwise(pieces))
    for span in speech:
        held = sum(max(0.0, min(p.end, span.end) - max(p.start, span.start)) for p in pieces)
        assert held == pytest.approx(span.end - span.start, abs=1e-3)


def test_a_window_finds_times_back_over_a_left_out_pause():
    sound = sound_of(noise(30))
    (window,) = windows(sound, [Span(1.0, 3.0), Span(10.0, 12.0)])
    assert len(window.pieces) == 2
    assert len(window.samples(sound)) == pytest.approx(window.length * SAMPLE_RATE, abs=2)
    heard = window.pieces[0].end - window.pieces[0].start + 0.7
    assert window.span(heard, heard + 0.1).start == pytest.approx(10.5, abs=0.01)
    across = window.span(2.1, 2.5)  # reaches over the pause
    assert across.end - across.start < 0.5


def test_chinese_writing():
    spoken = words("我們", "用", " Kubernetes", ",", "先做", "灰度", "發布", ",", "然後", "再", "說", "?")
    tidy = polished(spoken, "zh")
    assert joined(tidy) == "我们用Kubernetes，先做灰度发布，然后再说？"
    assert simplified("負載均衡") == "负载均衡"
    assert joined(polished(words("降到", "了", "0", ".", "3%", "，", "平均"), "zh")) == "降到了0.3%，平均"
    assert joined(polished(words("比例", "是", "3", ":", "1"), "zh")) == "比例是3:1"


def test_english_writing():
    tidy = polished(words(" Hello", ",", " I'm", " the", " product", " manager", "."), "en")
    assert joined(tidy) == "Hello, I'm the product manager."
    assert len(tidy) == 5


def test_segments_end_at_sentences_and_pauses_and_are_never_long():
    first = words("Good", "morning", "everybody.", each=0.4)
    second = words("We", "begin", "now", start=1.3)
    third = words("after", "a", "pause", start=4.0)
    found = segments([*first, *second, *third], "en")
    assert [segment.text for segment in found] == ["Good morning everybody.", "We begin now", "after a pause"]
    endless = segments(words(*["word"] * 200, each=0.3), "en")
    assert max(segment.end - segment.start for segment in endless) <= 16
    assert sum(len(segment.words) for segment in endless) == 200


def test_a_whole_english_sentence_in_a_chinese_window_is_english():
    spoken = [*words("你好", "。", each=0.5), *words("Nice", " to", " meet", " you", start=3)]
    assert [segment.language for segment in segments(polished(spoken, "zh"), "zh")] == ["zh", "en"]


def test_words_lose_the_silence_that_alignment_drew_into_them():
    found = trimmed([Word(0.0, 2.0, "好", 0.9), Word(2.0, 2.3, "的", 0.9)], [Span(1.7, 3.0)])
    assert found[0].start == pytest.approx(1.65)
    assert found[0].end == 2.0
    assert found[1] == Word(2.0, 2.3, "的", 0.9)


@pytest.mark.parametrize(
    ("text", "share", "logprob", "no_speech", "compression", "dropped"),
    [
        ("我们用微服务", 1.0, -0.3, 0.1, 1.0, False),
        ("我们用微服务", 0.0, -0.3, 0.1, 1.0, True),
        ("谢谢观看", 0.6, -0.9, 0.3, 1.0, True),
        ("以下是普通话的句子。", 1.0, -0.1, 0.0, 1.0, True),
        ("Thanks for watching!", 0.8, -0.9, 0.2, 1.0, True),
        ("hm hm hm", 1.0, -0.9, 0.8, 1.0, True),
        ("looping text", 1.0, -0.2, 0.1, 3.0, True),
    ],
)
def test_invented_text_is_told_apart(text, share, logprob, no_speech, compression, dropped):
    said = [Word(w.start, w.end, f" {w.text}", w.probability) for w in words(*text.split(), each=0.5, probability=0.6)]
    end = said[-1].end
    heard = Heard(tuple(said), logprob, no_speech, compression)
    assert invented(heard, said, [Span(0.0, share * end)] if share else [Span(50, 51)]) is dropped


def test_a_word_said_seven_times_in_a_row_is_a_loop():
    said = words(*["嗯"] * 8)
    assert invented(Heard(tuple(said), -0.2, 0.0, 1.0), said, [Span(0, 5)])
    assert not invented(Heard(tuple(said[:3]), -0.2, 0.0, 1.0), said[:3], [Span(0, 5)])


def test_voice_spans_follow_the_rule():
    chances = np.zeros(100, np.float32)
    chances[10:20] = 0.9
    chances[22:30] = 0.9  # 64 ms of quiet do not part speech
    chances[60:62] = 0.4  # never above 0.5
    (span,) = spans_of(chances, 100 * 512)
    assert span.start == pytest.approx(10 * 0.032 - 0.03)
    assert span.end == pytest.approx(30 * 0.032 + 0.03)
    assert spans_of(np.zeros(0, np.float32), 0) == ()
    assert spans_of(np.ones(10, np.float32), 5000)[0].end == pytest.approx(5000 / SAMPLE_RATE)


def test_levels_of_known_sound():
    speech = Span(2.0, 8.0)
    samples = noise(10, 0.001)
    samples[2 * SAMPLE_RATE : 8 * SAMPLE_RATE] += noise(6, 0.1, 1)
    samples[0] = 1.0
    samples[5 * SAMPLE_RATE : 5 * SAMPLE_RATE + 160] = 1.0
    meter = LevelMeter()
    for start in range(0, len(samples), 16_000):
        meter.add(samples[start : start + 16_000])
    quality = meter.quality((speech,))
    assert quality.snr_db == pytest.approx(40, abs=1.0)
    assert quality.clipping_share == pytest.approx(160 / len(samples), rel=0.05)
    assert not quality.gain_control
    peaks = meter.peaks(1000)
    assert peaks.shape == (1000, 2)
    assert peaks[500, 1] == 1.0
    assert LevelMeter().quality(()).snr_db is None


def test_a_step_in_the_noise_floor_is_gain_control():
    meter = LevelMeter()
    meter.add(np.concatenate([noise(60, 0.001), noise(60, 0.005, 1)]))
    assert meter.quality(()).gain_control
    steady = LevelMeter()
    steady.add(noise(120, 0.002))
    assert not steady.quality(()).gain_control


@pytest.mark.parametrize(("rise_db", "found"), [(0.0, False), (1.0, False), (-20.0, False), (6.0, True)])
def test_noise_that_comes_up_in_pauses_is_gain_control(rise_db, found):
    """Six seconds of talk and two of pause, in which the noise goes up by so much a second, or an echo goes down."""
    pause = noise(2, 0.001) * 10 ** (np.linspace(0, 2 * rise_db, 2 * SAMPLE_RATE, dtype=np.float32) / 20)
    meter = LevelMeter()
    for turn in range(5):
        meter.add(noise(6, 0.1, turn))
        meter.add(pause)
    assert meter.quality(tuple(Span(8.0 * turn, 8.0 * turn + 6) for turn in range(5))).gain_control == found


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_clusters_of_made_voices(count):
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(count, 192))
    truth = rng.integers(0, count, 80)
    prints = (centres[truth] + 0.45 * rng.normal(size=(80, 192))).astype(np.float32)
    prints /= np.linalg.norm(prints, axis=1, keepdims=True)
    labels = cluster(prints, count)
    assert len({(a, b) for a, b in zip(truth.tolist(), labels.tolist(), strict=True)}) == count
    assert suggest(prints) == count
    assert np.array_equal(labels, cluster(prints, count))


def test_clusters_of_many_pieces_stay_quick():
    rng = np.random.default_rng(2)
    centres = rng.normal(size=(2, 192))
    truth = rng.integers(0, 2, 5000)
    prints = (centres[truth] + 0.8 * rng.normal(size=(5000, 192))).astype(np.float32)
    prints /= np.linalg.norm(prints, axis=1, keepdims=True)
    labels = cluster(prints, 2)
    assert max((labels == truth).mean(), (labels != truth).mean()) > 0.99


def grids(seconds: float, hum: Span):
    """Pitch, loudness and spectrum change of silence with a level hum."""
    count = round(seconds * 100)
    pitch, loud = np.full(count, np.nan, np.float32), np.full(count, -70, np.float32)
    change = np.full(count, 6, np.float32)
    inside = slice(round(hum.start * 100), round(hum.end * 100))
    pitch[inside], loud[inside], change[inside] = 120, -25, 1.5
    return pitch, loud, change


def test_a_level_hum_without_a_word_is_a_hesitation():
    hum = Span(1.0, 1.5)
    (found,) = hesitations(*grids(3, hum), [hum], [])
    assert (found.start, found.end) == (1.0, 1.5)
    assert 0.5 < found.confidence <= 1
    assert hesitations(*grids(3, hum), [hum], words("好的", start=1.0, each=0.5)) == ()
    assert hesitations(*grids(3, hum), [hum], words("能", start=1.0, each=0.5, probability=0.3)) == (found,)
    assert hesitations(*grids(3, hum), [hum], words("Um,", start=1.0, each=0.5, probability=0.3)) == ()
    stretched = [Word(0.2, 1.9, "我", 0.9)]  # alignment drew the next word over the hum
    assert len(hesitations(*grids(3, hum), [hum], stretched)) == 1
    assert hesitations(*grids(3, Span(1.0, 1.15)), [hum], []) == ()
    pitch, loud, change = grids(3, hum)
    pitch[100:150] = np.linspace(100, 160, 50)
    assert hesitations(pitch, loud, change, [hum], []) == ()


def phrase():
    """A phrase after a pause: a voice from 1.0 s, 0.1 s long, then a break, then more."""
    pitch, loud, change = grids(3, Span(1.2, 2.0))
    loud[100:110], pitch[100:110] = -25, 140
    return pitch, loud, change


@pytest.mark.parametrize(
    ("written", "chance", "language", "counts"),
    [
        (Word(0.99, 1.12, "恶", 0.45), 0.02, "zh", True),  # doubted: half the chance will do
        (Word(0.99, 1.12, "恶", 0.45), 0.01, "zh", False),
        (Word(0.99, 1.12, "能", 0.8), 0.02, "zh", False),
        (Word(0.99, 1.12, "能", 0.8), 0.04, "zh", True),
        (Word(0.99, 1.12, "能", 0.97), 0.04, "zh", False),  # a sure word needs more
        (Word(0.99, 1.12, "能", 0.97), 0.2, "zh", True),
        (Word(0.80, 1.12, "的", 0.7), 0.2, "zh", False),  # it leans on the word before
        (Word(0.99, 1.12, "a", 0.8), 0.04, "en", False),
        (Word(0.99, 1.12, "a", 0.8), 0.3, "en", True),
        (None, 0.02, "zh", True),
    ],
)
def test_a_hum_counts_by_its_chance_and_by_the_word_in_its_place(written, chance, language, counts):
    speech, said = [Span(1.0, 2.0)], words("我", "们", start=1.2, each=0.25)
    hum = Hum(1.0, language, chance, "呃")
    found = hesitations(*phrase(), speech, [written, *said] if written else said, [hum])
    assert len(found) == counts
    for one in found:
        assert (one.start, one.text) == (1.0, "呃")
        assert one.end == pytest.approx(1.1, abs=0.03)
        assert 0.5 <= one.confidence <= 0.9


def test_a_hum_needs_a_voice_and_denies_what_it_takes_for_a_word():
    pitch, loud, change = phrase()
    pitch[100:110] = np.nan
    assert hesitations(pitch, loud, change, [Span(1.0, 2.0)], [], [Hum(1.0, "zh", 0.5, "")])[0].start > 1.1
    hum = Span(1.0, 1.5)
    assert hesitations(*grids(3, hum), [hum], [], [Hum(1.02, "zh", 0.002, "")]) == ()
    (both,) = hesitations(*grids(3, hum), [hum], [], [Hum(0.98, "zh", 0.5, "嗯")])
    assert (both.start, both.end, both.text) == (0.98, 1.5, "嗯")


def voice(seconds: float, hz: float = 140.0, level: float = 0.2) -> np.ndarray:
    """A voice: harmonics that fall off."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return (level * sum(np.sin(2 * np.pi * hz * k * at) / k**2 for k in range(1, 9))).astype(np.float32)


def hiss(seconds: float) -> np.ndarray:
    """A consonant: noise above 4 kHz."""
    spectrum = np.fft.rfft(noise(seconds))
    spectrum[: len(spectrum) // 2] = 0
    return np.fft.irfft(spectrum, round(seconds * SAMPLE_RATE)).astype(np.float32)


@pytest.mark.parametrize("floor", [0.0, 0.003, 0.02])
def test_phrases_begin_with_a_voice_after_a_pause(floor):
    """Whether the pause is silent or full of noise; not after a stop's closure, and not with a consonant."""
    gap, closure = np.zeros(8000, np.float32), np.zeros(960, np.float32)
    parts = [gap, voice(0.5), gap, hiss(0.15), voice(0.4), closure, voice(0.3), gap, voice(0.2), gap]
    samples = np.concatenate(parts)
    samples += noise(len(samples) / SAMPLE_RATE, floor)[: len(samples)] if floor else 0
    speech = [Span(0.5, 1.0), Span(1.5, 2.4), Span(2.9, 3.1)]
    found = list(beginnings(sound_of(samples), Span(0.3, 3.3), speech))
    assert found == pytest.approx([0.5, 2.91], abs=0.04)
    assert list(beginnings(sound_of(samples), Span(0.3, 3.3), speech[1:])) == pytest.approx([2.91], abs=0.04)
