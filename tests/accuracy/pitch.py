"""Pitch against voices whose fundamental is known by construction, clean and with noise."""

from __future__ import annotations

import tempfile
import wave
from pathlib import Path

import numpy as np

from analysis.document import Span
from analysis.media import SoundFile, probe
from analysis.speech import observe_prosody

RATE = 16000
SECONDS = 8.0
FORMANTS_HZ = (700.0, 1220.0, 2600.0)
BANDWIDTHS_HZ = (130.0, 110.0, 160.0)
GROSS = 0.2


def voice(f0: np.ndarray, snr_db: float | None, seed: int) -> np.ndarray:
    """A vowel: harmonics of `f0` (Hz per sample) under three formants, with pink-like noise at `snr_db`."""
    phase = 2 * np.pi * np.cumsum(f0) / RATE
    sound = np.zeros_like(f0)
    for harmonic in range(1, 40):
        frequency = harmonic * f0
        gain = sum(1 / (1 + ((frequency - f) / b) ** 2) for f, b in zip(FORMANTS_HZ, BANDWIDTHS_HZ, strict=True))
        sound += np.where(frequency < RATE / 2, gain / harmonic, 0) * np.sin(harmonic * phase)
    sound = 0.25 * sound / np.abs(sound).max()
    if snr_db is not None:
        noise = np.cumsum(np.random.default_rng(seed).normal(size=len(sound)))
        noise -= np.convolve(noise, np.ones(400) / 400, "same")
        noise *= np.sqrt(np.mean(sound**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
        sound = sound + noise
    return sound.astype(np.float32)


def contour(low: float, high: float) -> np.ndarray:
    """A slow glide up and down with a little vibrato, Hz per sample."""
    time = np.arange(int(SECONDS * RATE)) / RATE
    glide = low * (high / low) ** (0.5 - 0.5 * np.cos(2 * np.pi * time / SECONDS))
    return glide * (1 + 0.01 * np.sin(2 * np.pi * 5 * time))


def measure(corpus: Path) -> dict[str, float]:
    """Gross errors (> 20 % off), recall of voiced frames and median cents, for a low and a high voice."""
    figures: dict[str, float] = {}
    for name, snr in (("clean", None), ("10db", 10.0)):
        errors, voiced, frames = [], 0, 0
        for seed, (low, high) in enumerate(((90.0, 180.0), (170.0, 340.0))):
            truth = contour(low, high)
            heard = track(voice(truth, snr, seed))
            wanted = truth[:: RATE // 100][: len(heard)]
            got = np.isfinite(heard[: len(wanted)])
            errors.append(np.abs(heard[: len(wanted)][got] / wanted[got] - 1))
            voiced, frames = voiced + int(got.sum()), frames + len(wanted)
        error = np.concatenate(errors)
        figures[f"pitch_gross_error_{name}"] = float(np.mean(error > GROSS))
        figures[f"pitch_recall_{name}"] = voiced / frames
        figures[f"pitch_median_cents_{name}"] = float(np.median(1200 * np.log2(1 + error)))
    return figures


def track(sound: np.ndarray) -> np.ndarray:
    """The product's pitch track (100 Hz grid) of a whole sound."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "voice.wav"
        with wave.open(str(file), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
        opened = SoundFile.extract(file, probe(file, file.name), Path(folder), lambda _: None)
        return observe_prosody(opened, (Span(0.0, SECONDS),), (), lambda _: None).pitch_hz
