"""Real speech: words wrong per clip and in all, and voice activity against labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.speech import observe_sound, observe_text
from app.jobs.analysis import model_store, threads
from app.settings import cache_folder
from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Clip, Corpus, activity_labels
from tests.accuracy.figures import Figure, Section, Subject
from tests.accuracy.sounds import opened
from tests.accuracy.words import Counts, errors, plain

FRAME_S = 0.01
WINDOW_FRAMES = 100
REAL = "real voices"
TEXT = (
    "Short recordings of real people, language given, no terms. Voice activity in frames of 10 ms; a clip is resampled "
    "over its seconds, all over the clips."
)


def measure(corpus: Corpus, _analyses: Analyses) -> Section:
    """Transcripts and voice activity."""
    section = Section("speech", "Real speech", TEXT)
    for language in ("zh", "en"):
        clips = [clip for clip in corpus.transcribed if clip.language == language]
        section.figures += words(clips, language)
        if not clips:
            section.skipped.append(f"no transcribed clip in {language}")
    section.figures += activity(corpus.labelled_activity)
    if not corpus.labelled_activity:
        section.skipped.append("no labels of voice activity")
    return section


def words(clips: list[Clip], language: str) -> list[Figure]:
    """Error rates: a clip is resampled over its characters or words, all over the clips."""
    if not clips:
        return []
    stem, items = ("cer", "characters") if language == "zh" else ("wer", "words")
    whisper, _ = model_store(cache_folder()).transcriber(None)
    made: list[Figure] = []
    counted = [_errors(clip, whisper) for clip in clips]
    for clip, wrong in zip(clips, counted, strict=True):
        ones = np.ones(len(wrong))
        made += Subject(clip.name, REAL).ratio(stem, wrong, ones, items, n=len(wrong), over=items)
    lengths = [len(wrong) for wrong in counted]
    sums = [int(wrong.sum()) for wrong in counted]
    return made + Subject(language, REAL).ratio(stem, sums, lengths, items, n=sum(lengths), over="clips")


def _errors(clip: Clip, whisper: Path) -> Counts:
    with opened(clip.media) as sound:
        speech = observe_sound(sound).speech
        heard = observe_text(sound, speech, clip.language, (), whisper, "cpu", threads(), lambda _: None)
    text = " ".join(segment.text for segment in heard.segments)
    return errors(plain(clip.reference, clip.language), plain(text, clip.language), clip.language)


def activity(clips: list[Clip]) -> list[Figure]:
    """Precision, recall and F1 of frames."""
    made: list[Figure] = []
    counted = [_frames(clip) for clip in clips]
    for clip, counts in zip(clips, counted, strict=True):
        made += _activity(Subject(clip.name, REAL), counts, "seconds")
    sums = np.array([counts.sum(axis=0) for counts in counted]).reshape(-1, 3)
    return made + _activity(Subject("", REAL), sums, "clips")


def _activity(subject: Subject, counts: NDArray[np.int64], over: str) -> list[Figure]:
    hits, found, wanted = counts.T
    n = int(wanted.sum())
    return [
        *subject.ratio("vad_precision", hits, found, "frames shown as speech", n=int(found.sum()), over=over),
        *subject.ratio("vad_recall", hits, wanted, "frames of speech", n=n, over=over),
        *subject.ratio("vad_f1", 2 * hits, found + wanted, "frames of speech", n=n, over=over),
    ]


def _frames(clip: Clip) -> NDArray[np.int64]:
    """(seconds, 3): frames that are rightly taken for speech, that are taken for it, that are speech."""
    with opened(clip.media) as sound:
        count = round(sound.duration / FRAME_S)
        heard = [(span.start, span.end) for span in observe_sound(sound).speech]
    found = _marked(heard, count)
    wanted = _marked([(start, end) for start, end, speech in activity_labels(clip) if speech], count)
    frames = np.stack([found & wanted, found, wanted], axis=1).astype(np.int64)
    return np.array([frames[at : at + WINDOW_FRAMES].sum(axis=0) for at in range(0, count, WINDOW_FRAMES)])


def _marked(spans: list[tuple[float, float]], count: int) -> NDArray[np.bool_]:
    flags = np.zeros(count, bool)
    for start, end in spans:
        flags[round(start / FRAME_S) : round(end / FRAME_S)] = True
    return flags
