"""Pitch against sounds whose fundamental is known: made vowels, and real speech made anew with WORLD."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyworld
from numpy.typing import NDArray

from analysis.document import Span
from analysis.media import SAMPLE_RATE
from analysis.speech import observe_prosody, observe_sound
from analysis.speech.prosody import FMAX_HZ, FMIN_HZ
from tests.accuracy.analyses import Analyses
from tests.accuracy.corpus import Corpus
from tests.accuracy.figures import Figure, Section, Subject
from tests.accuracy.sounds import Samples, made, opened

SECONDS = 8.0
MOST_SECONDS = 12.0
"""This much of a clip is made anew: enough frames, and WORLD's Harvest takes its time."""
FORMANTS_HZ = (700.0, 1220.0, 2600.0)
BANDWIDTHS_HZ = (130.0, 110.0, 160.0)
GROSS = 0.2
STEP = SAMPLE_RATE // 100
QUIET_DB = 40.0
"""A frame this far below the loud ones is silence, whatever Harvest says of it."""
NOISES = (("clean", None), ("10db", 10.0))
TEXT = (
    "WORLD (Morise et al. 2016; Harvest, CheapTrick, D4C) takes real speech apart and puts it together again with "
    "the pitch that it found, so that the pitch of the new sound is known. Harvest with an energy gate says what is"
    " voiced, which is a convention: pitch errors are exact, voicing is not. Noise is brown, at 10 dB. The made "
    "vowels glide over an octave, low and high. The product's own voice activity decides what is speech in the real"
    " clips."
)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tracked:
    """Frames of 10 ms of one sound: the true pitch (Hz, NaN unvoiced) and the product's."""

    truth: Floats
    found: Floats

    @property
    def both(self) -> NDArray[np.bool_]:
        """Voiced in truth and given a pitch."""
        return np.isfinite(self.truth) & np.isfinite(self.found)

    @property
    def gross(self) -> NDArray[np.bool_]:
        """Of these, more than 20 % off."""
        return np.asarray(np.abs(self.found[self.both] / self.truth[self.both] - 1) > GROSS)

    @property
    def cents(self) -> Floats:
        """The errors of those that are not."""
        ratio = (self.found[self.both] / self.truth[self.both])[~self.gross]
        return np.asarray(np.abs(1200 * np.log2(ratio)))


def measure(corpus: Corpus, _analyses: Analyses) -> Section:
    """Made vowels, then the real clips by language, each clean and in noise."""
    section = Section("pitch", "Pitch", TEXT)
    for name, snr in NOISES:
        tracked = [_vowel(contour(*ends), snr, seed) for seed, ends in enumerate(((90.0, 180.0), (170.0, 340.0)))]
        section.figures += figures(Subject(name, "made vowels"), tracked, "vowels")
    for language in ("zh", "en"):
        sounds = [_anew(clip.media) for clip in corpus.transcribed if clip.language == language]
        if not sounds:
            section.skipped.append(f"no real speech in {language}")
        for name, snr in NOISES:
            subject = Subject(f"world_{language}_{name}", "real voices, made anew")
            section.figures += figures(
                subject, [_follow(*sound, snr, seed) for seed, sound in enumerate(sounds)], "clips"
            )
    return section


def figures(subject: Subject, sounds: Sequence[Tracked], over: str) -> list[Figure]:
    """Gross errors, frames given a pitch among the voiced and among the others, and cents."""
    if not sounds:
        return []
    voiced = [np.isfinite(sound.truth) for sound in sounds]
    given = [np.isfinite(sound.found) for sound in sounds]
    both = [int(sound.both.sum()) for sound in sounds]
    gross = [int(sound.gross.sum()) for sound in sounds]
    there = [int(flags.sum()) for flags in voiced]
    silent = [int((~flags).sum()) for flags in voiced]
    false = [int((~flags & found).sum()) for flags, found in zip(voiced, given, strict=True)]
    return [
        *subject.ratio("pitch_gross_error", gross, both, "voiced frames", n=sum(both), over=over),
        *subject.ratio("pitch_recall", both, there, "voiced frames", n=sum(there), over=over),
        *subject.ratio("pitch_false_voicing", false, silent, "other frames", n=sum(silent), over=over),
        *subject.median("pitch_median_cents", [sound.cents for sound in sounds], "voiced frames", over),
    ]


def contour(low: float, high: float) -> Floats:
    """A slow glide up and down with a little vibrato, Hz per sample."""
    time = np.arange(int(SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    glide = low * (high / low) ** (0.5 - 0.5 * np.cos(2 * np.pi * time / SECONDS))
    return np.asarray(glide * (1 + 0.01 * np.sin(2 * np.pi * 5 * time)))


def voice(f0: Floats) -> Floats:
    """A vowel: harmonics of `f0` (Hz per sample) under three formants."""
    phase = 2 * np.pi * np.cumsum(f0) / SAMPLE_RATE
    sound = np.zeros_like(f0)
    for harmonic in range(1, 40):
        frequency = harmonic * f0
        gain = sum(1 / (1 + ((frequency - f) / b) ** 2) for f, b in zip(FORMANTS_HZ, BANDWIDTHS_HZ, strict=True))
        sound += np.where(frequency < SAMPLE_RATE / 2, gain / harmonic, 0) * np.sin(harmonic * phase)
    return np.asarray(0.25 * sound / np.abs(sound).max())


def noisy(sound: Floats, snr_db: float | None, seed: int) -> Samples:
    """The sound with brown noise (without its slowest drift) at `snr_db` below its power; None = none."""
    if snr_db is None:
        return sound.astype(np.float32)
    noise = np.cumsum(np.random.default_rng(seed).normal(size=len(sound)))
    noise -= np.convolve(noise, np.ones(400) / 400, "same")
    noise *= np.sqrt(np.mean(sound**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
    return (sound + noise).astype(np.float32)


def _vowel(truth: Floats, snr_db: float | None, seed: int) -> Tracked:
    with made(noisy(voice(truth), snr_db, seed)) as opened_sound:
        found = observe_prosody(opened_sound, (Span(0.0, SECONDS),), (), lambda _: None).pitch_hz
    return Tracked(truth[::STEP][: len(found)], found[: len(truth[::STEP])].astype(np.float64))


def _anew(media: Path) -> tuple[Floats, Floats]:
    """(sound, pitch in Hz per 10 ms, NaN unvoiced) of a clip's beginning, taken apart and put together again."""
    with opened(media) as sound:
        samples = sound.slice(0.0, min(sound.duration, MOST_SECONDS)).astype(np.float64)
    pitch, times = pyworld.harvest(samples, SAMPLE_RATE, FMIN_HZ, FMAX_HZ, frame_period=10.0)
    envelope = pyworld.cheaptrick(samples, pitch, times, SAMPLE_RATE)
    noise_share = pyworld.d4c(samples, pitch, times, SAMPLE_RATE)
    new = pyworld.synthesize(pitch, envelope, noise_share, SAMPLE_RATE, 10.0)
    return new, np.where((pitch > 0) & ~_silent(new, len(pitch)), pitch, np.nan)


def _silent(sound: Floats, count: int) -> NDArray[np.bool_]:
    """Frames of 10 ms that lie 40 dB below the loud ones (their 95th percentile)."""
    padded = np.pad(sound, (STEP // 2, max(0, count * STEP - len(sound))))[: count * STEP]
    level = 10 * np.log10((padded.reshape(count, STEP) ** 2).mean(axis=1) + 1e-12)
    return np.asarray(level < np.percentile(level, 95) - QUIET_DB)


def _follow(sound: Floats, truth: Floats, snr_db: float | None, seed: int) -> Tracked:
    with made(noisy(sound, snr_db, seed)) as opened_sound:
        speech = observe_sound(opened_sound).speech
        found = observe_prosody(opened_sound, speech, (), lambda _: None).pitch_hz
    count = min(len(found), len(truth))
    return Tracked(truth[:count], found[:count].astype(np.float64))
