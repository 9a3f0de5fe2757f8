"""The candidate's voice as 10 Hz curves: speech, pitch, loudness, vocal activation, speech rate."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from analysis.derive.conversation import Conversation
from analysis.derive.spans import Mask, mask
from analysis.document import CLIP_LEVEL, PEAK_RATE_HZ, TRACK_RATE_HZ, Missing, Span, TrackInfo
from analysis.language.passage import passage_of
from analysis.language.script import units
from analysis.observations import Floats, ProsodyObservation, SoundObservation

PROSODY_RATE_HZ = 100.0
RATE_WINDOW_S = 5.0
_MIN_RATE_BASIS_S = 2.0
_ACTIVATION_WINDOW_S = 1.0
_MIN_VOICED_SAMPLES = 3
_MIN_SPREAD_DB, _MIN_SPREAD_ST = 1.0, 0.5
"""Floors of the spread that z is measured in: a monotone voice must not turn noise into activation."""
_CLIPPED_SHARE = 0.1
GAIN, CLIPPED = "gain_control", "clipped"
TRACKS = ("speech", "pitch", "loudness", "vocal_activation", "speech_rate")


@dataclass(frozen=True)
class VoiceTracks:
    """Arrays of one length with their descriptions; tracks that could not be made are in `missing`."""

    tracks: dict[str, Floats]
    infos: dict[str, TrackInfo]
    missing: tuple[Missing, ...]


def track_length(duration_s: float) -> int:
    """Samples of every described track: ceil(duration x 10)."""
    return max(0, math.ceil(duration_s * TRACK_RATE_HZ - 1e-6))


def semitones(pitch_hz: Floats) -> Floats:
    """12 log2(F0 / 55 Hz); NaN stays NaN."""
    return np.asarray(12.0 * np.log2(pitch_hz / 55.0), dtype=np.float32)


def voice_tracks(
    talk: Conversation, sound: SoundObservation | None, prosody: ProsodyObservation | None, length: int
) -> VoiceTracks:
    """All voice tracks that the observations allow. `why` of a missing one is that of the stage it needs."""
    if sound is None:
        return VoiceTracks({}, {}, ())
    spoken = mask(talk.candidate_speech, length, TRACK_RATE_HZ)
    tracks: dict[str, Floats] = {"speech": spoken.astype(np.float32)}
    missing: list[Missing] = []
    if prosody is not None:
        pitch = pitch_track(prosody.pitch_hz, talk.candidate_speech, spoken)
        loudness = loudness_track(prosody.loudness_db, spoken)
        tracks |= {"pitch": pitch, "loudness": loudness}
        void = loudness_void(sound, talk.candidate_speech)
        if void:
            missing.append(Missing("vocal_activation", void))
        tracks["vocal_activation"] = activation_track(pitch, loudness, spoken, void=bool(void))
    tracks["speech_rate"] = rate_track(talk, length)
    infos = {name: _info(name, values, talk.language) for name, values in tracks.items()}
    return VoiceTracks(tracks, infos, tuple(missing))


def _info(name: str, values: Floats, language: str) -> TrackInfo:
    unit, source, rate = {
        "speech": ("0/1", "voice activity of the candidate", 100.0),
        "pitch": ("st re own median", "pitch of the candidate", PROSODY_RATE_HZ),
        "loudness": ("dBFS", "loudness of the candidate", PROSODY_RATE_HZ),
        "vocal_activation": ("z", "mean of z(loudness) and z(pitch) against own median, 1 s", PROSODY_RATE_HZ),
        "speech_rate": (rate_unit(language), "words of the candidate in a sliding 5 s window", TRACK_RATE_HZ),
    }[name]
    return TrackInfo(unit, source, rate, coverage(values))


def loudness_void(sound: SoundObservation, speech: tuple[Span, ...]) -> str:
    """Why loudness says nothing about this speech, "" where it does: automatic gain, or clipping.

    Clipping cuts off the loudest moments, and the range of loudness reads the loudest tenth: from a tenth of the 10 ms
    steps on that reach the limit, it is the limit that is measured. A recording in which no run of samples lies at the
    limit is not clipped, however loud.
    """
    if sound.gain_control:
        return GAIN
    if sound.clipping_share <= 0:
        return ""
    spoken = sound.peaks[mask(speech, len(sound.peaks), PEAK_RATE_HZ)]
    cut = (spoken[:, 0] <= -CLIP_LEVEL) | (spoken[:, 1] >= CLIP_LEVEL)
    return CLIPPED if cut.size and float(np.mean(cut)) >= _CLIPPED_SHARE else ""


def rate_unit(language: str) -> str:
    """Chinese is counted in characters, English in words, a minute."""
    return "char/min" if language == "zh" else "word/min"


def coverage(values: Floats) -> float:
    """Share of samples that are not NaN; a track of several columns counts its first."""
    first = values if values.ndim == 1 else values[:, 0]
    return round(float(np.mean(~np.isnan(first))), 4) if first.size else 0.0


def _windows(values: Floats, length: int) -> Floats:
    """(length, 10): the 100 Hz samples centred on each 10 Hz sample, NaN beyond the ends."""
    step = int(PROSODY_RATE_HZ / TRACK_RATE_HZ)
    padded = np.full(length * step, np.nan, dtype=np.float32)
    usable = values[: max(0, length * step - step // 2)]
    padded[step // 2 : step // 2 + usable.size] = usable
    return padded.reshape(length, step)


def pitch_track(pitch_hz: Floats, speech: tuple[Span, ...], spoken: Mask) -> Floats:
    """Semitones against the candidate's own median; NaN where unvoiced or where the candidate does not speak."""
    own = np.where(mask(speech, pitch_hz.size, PROSODY_RATE_HZ), semitones(pitch_hz), np.nan).astype(np.float32)
    track = np.full(spoken.size, np.nan, dtype=np.float32)
    if np.isnan(own).all():
        return track
    windows = _windows(own, spoken.size)
    voiced = spoken & (np.sum(~np.isnan(windows), axis=1) >= _MIN_VOICED_SAMPLES)
    track[voiced] = np.nanmedian(windows[voiced], axis=1) - np.nanmedian(own)
    return track


def loudness_track(loudness_db: Floats, spoken: Mask) -> Floats:
    """Mean power in dB full scale; NaN where the candidate does not speak."""
    windows = _windows(loudness_db, spoken.size)
    present = spoken & np.any(np.isfinite(windows), axis=1)
    track = np.full(spoken.size, np.nan, dtype=np.float32)
    power = np.power(10.0, np.where(np.isfinite(windows), windows, np.nan)[present] / 10.0)
    track[present] = 10.0 * np.log10(np.nanmean(power, axis=1) + 1e-12)
    return track


def activation_track(pitch: Floats, loudness: Floats, spoken: Mask, *, void: bool) -> Floats:
    """Mean of z(loudness) and z(pitch) against the own median, smoothed over 1 s of speech.

    Two plain features carry what is knowable of vocal activation (AUC 0.87-0.91 on acted speech); it names no emotion.
    All NaN with `void` (automatic gain), or where one of the two was never measured.
    """
    width = int(_ACTIVATION_WINDOW_S * TRACK_RATE_HZ) | 1
    z = [
        _moving_mean(_robust_z(pitch, _MIN_SPREAD_ST), width),
        _moving_mean(_robust_z(loudness, _MIN_SPREAD_DB), width),
    ]
    activation = np.where(spoken, (z[0] + z[1]) / 2, np.nan)
    return np.full(spoken.size, np.nan, dtype=np.float32) if void else activation.astype(np.float32)


def _robust_z(values: Floats, least_spread: float) -> Floats:
    present = values[~np.isnan(values)]
    if present.size < int(TRACK_RATE_HZ):
        return np.full_like(values, np.nan)
    median = np.median(present)
    spread = max(float(np.percentile(present, 75) - np.percentile(present, 25)) / 1.349, least_spread)
    return np.asarray((values - median) / spread, dtype=np.float32)


def _moving_mean(values: Floats, width: int) -> Floats:
    """Centred mean of what is there; NaN where the window holds nothing."""
    present = ~np.isnan(values)
    if values.size == 0:
        return values
    box = np.ones(width)
    half = width // 2
    sums = np.convolve(np.where(present, values, 0.0), box)[half : half + values.size]
    counts = np.convolve(present.astype(np.float64), box)[half : half + values.size]
    return np.asarray(np.where(counts > 0.5, sums / np.maximum(counts, 1.0), np.nan), dtype=np.float32)


def rate_track(talk: Conversation, length: int) -> Floats:
    """Units a minute in a 5 s window, over the candidate's floor time in it; NaN off the floor or below 2 s of it."""
    track = np.full(length, np.nan, dtype=np.float32)
    times = _unit_times(talk)
    if times.size == 0 or length == 0:
        return track
    floor = mask(talk.candidate_spans, length, TRACK_RATE_HZ)
    half = int(RATE_WINDOW_S * TRACK_RATE_HZ / 2)
    held = np.concatenate([[0], np.cumsum(floor)])
    low = np.maximum(np.arange(length) - half, 0)
    high = np.minimum(np.arange(length) + half, length)
    seconds = (held[high] - held[low]) / TRACK_RATE_HZ
    counts = np.searchsorted(times, high / TRACK_RATE_HZ) - np.searchsorted(times, low / TRACK_RATE_HZ)
    usable = floor & (seconds >= _MIN_RATE_BASIS_S)
    track[usable] = 60.0 * counts[usable] / seconds[usable]
    return track


def _unit_times(talk: Conversation) -> Floats:
    """The middle time (s) of every unit of the candidate."""
    times = []
    for segment in talk.segments:
        if segment.speaker == talk.candidate:
            passage = passage_of(segment.words, segment.language)
            times += [(passage.starts[u.begin] + passage.ends[u.end - 1]) / 2 for u in units(passage.text)]
    return np.asarray(sorted(times), dtype=np.float32)
