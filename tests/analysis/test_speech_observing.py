"""What is really heard: the models on real recordings, against their labels."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import ctranslate2
import jiwer
import numpy as np
import pytest

from analysis import device
from analysis import failures as f
from analysis.derive import derive
from analysis.document import Fallback, MediaInfo, Span, Stream, Word
from analysis.media import SAMPLE_RATE, SoundFile, probe
from analysis.models import ModelStore
from analysis.observations import Observed, TextObservation
from analysis.request import Term
from analysis.speech import observe_prosody, observe_sound, observe_speakers, observe_text
from analysis.speech.recogniser import computes_on_cuda
from app.resources import resource as shipped
from app.settings import cache_folder
from tests.analysis import media_samples as make
from tests.analysis.ideal import provenance, request

MODELS = Path(__file__).resolve().parents[2] / "resources" / "models"
SEGMENTATION, EMBEDDING = MODELS / "speaker_segmentation.onnx", MODELS / "speaker_embedding.onnx"


def nothing(_done: float) -> None:
    """Progress that nobody watches."""


@pytest.fixture(scope="module")
def whisper() -> Path:
    """The assembled transcriber."""
    return ModelStore(shipped(), cache_folder(), cache_folder()).path("transcriber")


@pytest.fixture
def sound_at(tmp_path):
    """Gives the sound of a file."""

    def read(path: Path) -> SoundFile:
        return SoundFile.extract(path, probe(path, path.name), tmp_path / path.stem, nothing)

    return read


def sound_of(samples: np.ndarray) -> SoundFile:
    """A sound in memory."""
    return SoundFile((np.clip(samples, -1, 1) * 32767).astype(np.int16))


def plain(text: str) -> str:
    """Letters and digits only, as error rates are counted."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower()).split())


def words_of(text: TextObservation) -> tuple[Word, ...]:
    """All words in time order."""
    return tuple(word for segment in text.segments for word in segment.words)


def speakers(sound, count, clip=None):
    """Speakers with the shipped models."""
    seen = observe_sound(sound)
    return observe_speakers(sound, seen.speech, count, clip, SEGMENTATION, EMBEDDING, 2, nothing, seen.sides)


def error(reference_rttm: Path, turns) -> float:
    """Diarization error rate with a collar of 0.25 s on either side."""
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    reference, found = Annotation(), Annotation()
    for i, line in enumerate(reference_rttm.read_text().splitlines()):
        part = line.split()
        reference[Segment(float(part[3]), float(part[3]) + float(part[4])), i] = part[7]
    for i, turn in enumerate(turns):
        found[Segment(turn.start, turn.end), i] = turn.speaker
    extent = reference.get_timeline().extent() | found.get_timeline().extent()
    return float(DiarizationErrorRate(collar=0.5)(reference, found, uem=Timeline([extent])))


def test_a_gpu_that_cannot_compute_is_passed_over_unless_it_was_asked_for(monkeypatch, whisper):
    """Seen by the runtime, and useless: what a GPU without its libraries looks like."""
    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a CUDA device")
    monkeypatch.setattr(device, "cuda_devices", lambda: 1)
    tried = []

    def computes():
        tried.append(computes_on_cuda(whisper, 1))
        return tried[-1]

    fell = Fallback("transcriber", "cuda", "cpu", "gpu_unusable")
    assert device.resolve("auto", computes) == ("cpu", fell)
    with pytest.raises(f.DeviceMissing):
        device.resolve("cuda", computes)
    assert tried == [False, False]
    assert device.resolve("cpu", computes) == ("cpu", None)
    assert device.resolve("auto", lambda: True) == ("cuda", None)


def test_voice_activity_on_labelled_clips(corpus, sound_at):
    hits = misses = alarms = 0
    for path in sorted((corpus / "audio").glob("vad_ten_*.wav"))[:12]:
        sound = sound_at(path)
        found = np.zeros(round(sound.duration * 100) + 1, bool)
        for span in observe_sound(sound).speech:
            found[round(span.start * 100) : round(span.end * 100)] = True
        truth = np.zeros_like(found)
        cells = path.with_suffix(".scv").read_text().strip().split(",")[1:]
        for start, end, flag in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
            truth[round(float(start) * 100) : round(float(end) * 100)] = flag == "1"
        hits += int((found & truth).sum())
        misses += int((~found & truth).sum())
        alarms += int((found & ~truth).sum())
    assert 2 * hits / (2 * hits + misses + alarms) > 0.92


def test_inserted_silences_are_found(sample, sound_at):
    truth = json.loads((sample / "sample_zh.truth.json").read_bytes())
    speech = observe_sound(sound_at(sample / "sample_zh.mp4")).speech
    gaps = [Span(a.end, b.start) for a, b in pairwise(speech)]
    for silence in truth["inserted_silences"]:
        near = [gap for gap in gaps if gap.start < silence["end"] and silence["start"] < gap.end]
        assert any(gap.end - gap.start == pytest.approx(silence["duration"], abs=0.15) for gap in near)


def test_blocks_leave_no_seam(sample, sound_at):
    """The same speech wherever the minutes fall."""
    sound = sound_at(sample / "sample_en.mp4")
    whole = observe_sound(sound).speech
    shift = 7.04
    later = SoundFile(np.concatenate([np.zeros(round(shift * SAMPLE_RATE), np.int16), np.asarray(sound.samples)]))
    moved = observe_sound(later).speech
    assert len(moved) == len(whole)
    assert [span.start - shift for span in moved] == pytest.approx([span.start for span in whole], abs=0.1)


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(5 * SAMPLE_RATE), np.zeros(3000)])
def test_silence_is_nothing_and_no_failure(samples, whisper):
    sound = sound_of(samples)
    heard = observe_sound(sound)
    assert heard.speech == ()
    assert heard.snr_db is None
    assert heard.peaks.shape == (round(sound.duration * 100), 2)
    text = observe_text(sound, heard.speech, "auto", (), whisper, "cpu", 2, nothing)
    assert (text.segments, text.suppressed, text.language) == ((), 0, "")
    assert observe_speakers(sound, heard.speech, 2, None, SEGMENTATION, EMBEDDING, 2, nothing).turns == ()
    prosody = observe_prosody(sound, heard.speech, (), nothing)
    assert not np.isfinite(prosody.pitch_hz).any()
    assert len(prosody.loudness_db) == round(sound.duration * 100)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["noise", "chord", "melody", "bursts"])
def test_noise_and_music_give_no_text(whisper, kind, language):
    """Even if voice activity took all of it for speech; what was invented is counted, what was dropped twice once."""
    sound = sound_of(UNSPOKEN[kind](np.random.default_rng(4)))
    assert observe_sound(sound).speech == ()
    text = observe_text(sound, [Span(0.0, 8.0)], language, (), whisper, "cpu", 2, nothing)
    assert text.segments == ()
    assert 1 <= text.suppressed <= 2


def _bursts(rng):
    samples = rng.normal(0, 0.0005, 8 * SAMPLE_RATE)
    for start in range(SAMPLE_RATE, 7 * SAMPLE_RATE, 2 * SAMPLE_RATE):
        samples[start : start + SAMPLE_RATE // 3] += rng.normal(0, 0.1, SAMPLE_RATE // 3)
    return samples.astype(np.float32)


def _melody(rng):
    at, scale = np.arange(SAMPLE_RATE // 2) / SAMPLE_RATE, (262, 294, 330, 392, 440, 523)
    notes = rng.choice(scale, 16)
    return np.concatenate(
        [0.2 * np.exp(-5 * at) * sum(np.sin(2 * np.pi * hz * k * at) / k for k in (1, 2, 3)) for hz in notes]
    )


UNSPOKEN = {
    "noise": lambda rng: rng.normal(0, 0.05, 8 * SAMPLE_RATE).astype(np.float32),
    "chord": lambda _: sum(make.tone(8, hz, SAMPLE_RATE, 0.1) for hz in (220, 277, 330)),
    "melody": _melody,
    "bursts": _bursts,
}


def test_english_speech_with_word_times(corpus, sound_at, whisper):
    sound = sound_at(corpus / "audio" / "en_jfk.flac")
    speech = observe_sound(sound).speech
    done = []
    text = observe_text(sound, speech, "auto", (), whisper, "cpu", 2, done.append)
    said = " ".join(segment.text for segment in text.segments)
    wanted = "and so my fellow americans ask not what your country can do for you ask what you can do for your country"
    assert text.language == "en"
    assert jiwer.wer(wanted, plain(said)) < 0.1
    assert done[-1] == pytest.approx(sound.duration, abs=0.01)
    words = [word for segment in text.segments for word in segment.words]
    assert all(type(word.start) is float and word.start < word.end <= sound.duration + 0.1 for word in words)
    assert all(a.start <= b.start for a, b in pairwise(words))
    country = next(word for word in words if word.text.startswith("country"))
    assert country.start == pytest.approx(6.1, abs=0.6)


@dataclass(frozen=True)
class Interview:
    """The bundled Chinese sample as it is heard."""

    truth: dict
    sound: SoundFile
    speech: tuple[Span, ...]
    text: TextObservation


@pytest.fixture(scope="module")
def chinese(sample, whisper, tmp_path_factory) -> Interview:
    """Heard once for several tests."""
    truth, file = json.loads((sample / "sample_zh.truth.json").read_bytes()), sample / "sample_zh.mp4"
    sound = SoundFile.extract(file, probe(file, file.name), tmp_path_factory.mktemp("chinese"), nothing)
    speech = observe_sound(sound).speech
    terms = [Term(term) for term in truth["keywords"]]
    return Interview(truth, sound, speech, observe_text(sound, speech, "zh", terms, whisper, "cpu", 2, nothing))


def test_chinese_interview(chinese):
    """The bundled sample: characters, terms, simplified script and punctuation."""
    truth, text = chinese.truth, chinese.text
    said = "".join(segment.text for segment in text.segments)
    reference = plain("".join(turn["text"] for turn in truth["turns"])).replace(" ", "")
    assert jiwer.cer(reference, plain(said).replace(" ", "")) < 0.12
    assert len(re.findall("[，。？！]", said)) > 8
    assert not re.search(r"[\u4e00-\u9fff][,?!]", said)
    assert sum(term in said for term in truth["keywords"]) >= len(truth["keywords"]) // 2
    assert max(segment.end - segment.start for segment in text.segments) < 16


def test_fillers_that_no_recogniser_writes(chinese):
    """The two hums of 75 and 125 ms, one of them without a pause before it, and nothing else."""
    said = words_of(chinese.text)
    assert not [word for word in said if word.text.startswith(("嗯", "呃"))]
    found = observe_prosody(chinese.sound, chinese.speech, said, nothing, hums=chinese.text.hums).hesitations
    wanted = [filler["time"] for filler in chinese.truth["fillers"] if filler["text"] in ("嗯", "呃")]
    assert [one.start for one in found] == pytest.approx(wanted, abs=0.2)
    assert all(one.end - one.start < 0.4 for one in found)


@pytest.mark.parametrize(
    ("name", "language", "wanted"),
    [
        ("audio/zh_moss_dialogue2spk.wav", "zh", [(7.4, "嗯")]),
        ("audio/zh_comp_interview.wav", "zh", [(10.9, "呃"), (21.0, "嗯")]),
        ("audio/zh_podcast_S1.flac", "zh", [(0.2, "呃")]),
        ("video/talk_zh_22s.mp4", "zh", []),
        ("audio/en_jfk.flac", "en", []),
        ("audio/en_comp_ls2.wav", "en", []),
    ],
)
def test_fillers_of_real_speech(corpus, sound_at, whisper, name, language, wanted):
    """What is heard for sure where people really hesitate, and nothing where somebody reads."""
    sound = sound_at(corpus / name)
    speech = observe_sound(sound).speech
    text = observe_text(sound, speech, language, (), whisper, "cpu", 2, nothing)
    found = observe_prosody(sound, speech, words_of(text), nothing, hums=text.hums).hesitations
    for time, filler in wanted:
        assert [one.text for one in found if abs(one.start - time) < 0.2] == [filler]
    assert bool(found) == bool(wanted)


def test_both_languages_in_one_recording(corpus, sound_at, whisper):
    chinese = sound_at(corpus / "audio" / "zh_moss_spk1.wav")
    english = sound_at(corpus / "audio" / "en_jfk.flac")
    gap = np.zeros(15 * SAMPLE_RATE, np.int16)
    both = SoundFile(np.concatenate([np.asarray(chinese.samples), gap, np.asarray(english.samples), gap, gap]))
    text = observe_text(both, observe_sound(both).speech, "auto", (), whisper, "cpu", 2, nothing)
    assert {segment.language for segment in text.segments} == {"zh", "en"}
    assert text.language == "zh"
    late = [segment for segment in text.segments if segment.start > chinese.duration]
    assert "country" in " ".join(segment.text for segment in late)


def test_a_folder_that_is_no_model_is_told(tmp_path):
    sound = sound_of(make.tone(2, rate=SAMPLE_RATE))
    with pytest.raises(f.ModelUnusable) as caught:
        observe_text(sound, [Span(0, 2)], "en", (), tmp_path, "cpu", 1, nothing)
    assert caught.value.params == {"folder": str(tmp_path), "reason": "model.bin"}


def test_weights_that_are_none_are_told(tmp_path, whisper):
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).write_bytes((whisper / name).read_bytes())
    (tmp_path / "model.bin").write_bytes(b"no weights" * 100)
    with pytest.raises(f.ModelUnusable):
        observe_text(sound_of(make.tone(2, rate=SAMPLE_RATE)), [Span(0, 2)], "en", (), tmp_path, "cpu", 1, nothing)


def test_a_missing_gpu_is_told(whisper):
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU here")
    with pytest.raises(f.DeviceMissing):
        observe_text(sound_of(make.tone(2, rate=SAMPLE_RATE)), [Span(0, 2)], "en", (), whisper, "cuda", 1, nothing)


@pytest.mark.parametrize(
    ("name", "bound"), [("en_pyannote_sample", 0.05), ("zh_comp_moss2", 0.08), ("zh_comp_interview", 0.08)]
)
def test_two_speakers_of_real_recordings(corpus, sound_at, name, bound):
    found = speakers(sound_at(corpus / "audio" / f"{name}.wav"), 2)
    assert error(corpus / "audio" / f"{name}.rttm", found.turns) < bound
    assert found.turns[0].speaker == "S1"
    assert {turn.speaker for turn in found.turns} == {"S1", "S2"}
    assert found.suggested == 2


def test_the_sample_and_its_enrolled_candidate(sample, sound_at, tmp_path):
    truth = json.loads((sample / "sample_en.truth.json").read_bytes())
    sound = sound_at(sample / "sample_en.mp4")
    own = next(s for s in truth["speech"] if s["speaker"] == "candidate" and s["end"] - s["start"] > 4)
    samples = sound.slice(own["start"], own["end"])
    clip = make.record(tmp_path / "clip.wav", video=None, audio="pcm_s16le", sound=np.repeat(samples, 3))
    found = speakers(sound, 2, clip)
    assert error(sample / "sample_en.rttm", found.turns) < 0.05
    spoken = {turn.speaker for turn in found.turns if turn.start < own["end"] - 1 and own["start"] + 1 < turn.end}
    assert spoken == {found.enrolled}
    assert found.similarity > 0.61
    hum = make.record(tmp_path / "hum.wav", 4, video=None, audio="pcm_s16le", sound=make.tone(4, 200))
    other = speakers(sound, 2, hum)
    assert other.enrolled is None
    assert other.similarity < 0.61


@pytest.mark.parametrize("count", [1, 3])
def test_other_counts_are_obeyed(sample, sound_at, count):
    assert len({turn.speaker for turn in speakers(sound_at(sample / "sample_en.mp4"), count).turns}) == count


def two_microphones(folder, left, right):
    """A stereo recording with one person on each side."""
    two = np.repeat(np.stack([left, right], axis=1), 3, axis=0)
    return make.record(folder / "two.wav", video=None, audio="pcm_s16le", sound=two, channels=2)


@pytest.mark.parametrize("leak_db", [-34, -12])
def test_two_microphones_need_no_voices(corpus, sound_at, tmp_path, leak_db):
    """The other person is heard through, fainter and 20 ms later; from 6 s on both speak at once."""
    zh = np.pad(sound_at(corpus / "audio" / "zh_moss_spk1.wav").slice(0, 8), (0, 6 * SAMPLE_RATE))
    en = np.pad(sound_at(corpus / "audio" / "en_jfk.flac").slice(0, 8), (6 * SAMPLE_RATE, 0))
    leak = 10 ** (leak_db / 20)
    sound = sound_at(two_microphones(tmp_path, zh + leak * np.roll(en, 320), en + leak * np.roll(zh, 320)))
    assert len(sound.sides) == 2
    seen = observe_sound(sound)
    assert seen.sides[0][-1].end == pytest.approx(8.0, abs=0.7)
    assert seen.sides[1][0].start == pytest.approx(6.2, abs=0.7)
    found = observe_speakers(sound, seen.speech, 2, None, SEGMENTATION, EMBEDDING, 2, nothing, seen.sides)
    assert found.sides == ("S1", "S2")
    assert all(turn.end < 8.5 if turn.speaker == "S1" else turn.start > 5.5 for turn in found.turns)
    assert {turn.speaker for turn in found.turns} == {"S1", "S2"}
    assert sum(span.end - span.start for span in found.overlaps) == pytest.approx(1.5, abs=0.5)


def ringing(seconds, rng):
    """The impulse response of a room that rings so long, of unit energy; 0 = no room."""
    if not seconds:
        return np.ones(1)
    count = round(seconds * SAMPLE_RATE)
    response = rng.normal(size=count) * np.exp(-6.9 * np.linspace(0, 1, count))
    return response / np.sqrt((response**2).sum())


@pytest.mark.parametrize(("rings_s", "leak_db"), [(0.0, -8), (0.15, -15), (0.4, -15), (0.4, -8)])
def test_an_echo_is_not_the_other_persons_speech(sample, sound_at, rings_s, leak_db):
    """Two people in a room that rings, each with a microphone that hears the other as well."""
    truth, sound = json.loads((sample / "sample_en.truth.json").read_bytes()), sound_at(sample / "sample_en.mp4")
    whole, rng = sound.slice(0, 30), np.random.default_rng(0)
    own = [[s for s in truth["speech"] if (s["speaker"] == "candidate") == side and s["end"] < 30] for side in (0, 1)]
    clean = np.zeros((2, len(whole)), np.float32)
    for side in (0, 1):
        for span in own[side]:
            part = slice(round(span["start"] * SAMPLE_RATE), round(span["end"] * SAMPLE_RATE))
            clean[side, part] = whole[part]
    room, leak = ringing(rings_s, rng), 10 ** (leak_db / 20)
    echo = [leak * np.convolve(np.roll(clean[1 - side], 320), room)[: len(whole)] for side in (0, 1)]
    heard = [clean[side] + echo[side] + rng.normal(0, 3e-4, len(whole)) for side in (0, 1)]
    seen = observe_sound(SoundFile(sound_of(sum(heard) / 2).samples, tuple(sound_of(one) for one in heard)))
    for side, spans in enumerate(seen.sides):
        total = sum(span.end - span.start for span in spans)
        pairs = ((max(a.start, b["start"] - 0.2), min(a.end, b["end"] + 0.2)) for a in spans for b in own[side])
        right = sum(max(0.0, end - start) for start, end in pairs)
        assert right > 0.85 * sum(one["end"] - one["start"] for one in own[side])
        assert total - right < 0.15 * total


def test_who_speaks_at_once_is_written_down_for_each(corpus, sound_at, whisper):
    """Two people at the same time, one on each channel: the mixture would give only one of them."""
    sound = sound_at(corpus / "audio" / "en_stereo_2ch.wav")
    seen = observe_sound(sound)
    text = observe_text(sound, seen.speech, "en", (), whisper, "cpu", 2, nothing, seen.sides)
    said = [" ".join(plain(segment.text) for segment in text.segments if segment.side == side) for side in (0, 1)]
    wanted = (
        "he began a confused complaint against the wizard who had vanished behind the curtain on the left",
        "the horizon seems extremely distant",
    )
    assert [jiwer.wer(*pair) for pair in zip(wanted, said, strict=True)] == [0, 0]
    found = observe_speakers(sound, seen.speech, 2, None, SEGMENTATION, EMBEDDING, 2, nothing, seen.sides)
    media = MediaInfo("00", sound.duration, (Stream("audio", "pcm_s16le", channels=2),))
    analysis = derive(Observed(media, seen, text, found), request("en"), provenance()).analysis
    assert sorted((segment.speaker, plain(segment.text)) for segment in analysis.transcript.segments) == [
        *zip(found.sides, wanted, strict=True)
    ]


def test_pitch_and_loudness_of_known_voices():
    """A voice-like pulse train at 120 Hz, then at 240 Hz and half as loud."""
    first, second = (_buzz(2, 120, 0.3), _buzz(2, 240, 0.15))
    silence = np.zeros(SAMPLE_RATE, np.float32)
    sound = sound_of(np.concatenate([silence, first, silence, second, silence]))
    prosody = observe_prosody(sound, [Span(0.9, 3.1), Span(3.9, 6.1)], (), nothing)
    assert np.nanmedian(prosody.pitch_hz[120:280]) == pytest.approx(120, rel=0.01)
    assert np.nanmedian(prosody.pitch_hz[420:580]) == pytest.approx(240, rel=0.01)
    assert not np.isfinite(prosody.pitch_hz[:85]).any()
    louder = np.median(prosody.loudness_db[120:280]) - np.median(prosody.loudness_db[420:580])
    assert louder == pytest.approx(20 * np.log10(np.std(first) / np.std(second)), abs=0.3)
    assert prosody.loudness_db[30] == -100


def test_a_hummed_hesitation_in_real_speech(sample, sound_at):
    """A hum of 0.4 s put into a pause of the sample is heard, and words around it are not taken for one."""
    sound = sound_at(sample / "sample_zh.mp4")
    speech = observe_sound(sound).speech
    gap = max(pairwise(speech), key=lambda pair: pair[1].start - pair[0].end)
    at = (gap[0].end + gap[1].start) / 2 - 0.2
    samples = sound.slice(0, sound.duration)
    first = round(at * SAMPLE_RATE)
    hum = _buzz(0.4, 130, 0.15)
    samples[first : first + len(hum)] += hum
    said = [Word(span.start, span.end, "字" * max(1, round((span.end - span.start) * 5)), 0.9) for span in speech]
    found = observe_prosody(sound_of(samples), [*speech, Span(at, at + 0.4)], said, nothing).hesitations
    assert [h for h in found if abs(h.start - at) < 0.1 and abs(h.end - at - 0.4) < 0.15]
    assert len(found) <= 3


def _buzz(seconds: float, hz: float, level: float) -> np.ndarray:
    """Twenty harmonics that fall off as a voice's do, with a soft beginning and end."""
    t = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    wave = sum(np.sin(2 * np.pi * hz * k * t + k * k) / k for k in range(1, 21))
    edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.02)
    return (level * wave / np.abs(wave).max() * edge).astype(np.float32)
