"""Whisper on one batch of windows: batched where that is safe, window by window with fallback where it is not."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import BatchedInferencePipeline, WhisperModel
from faster_whisper.audio import pad_or_trim
from numpy.typing import NDArray

import analysis.speech.runtime  # noqa: F401  (no network before faster_whisper is imported)
from analysis.document import Word
from analysis.failures import DeviceMissing, ModelUnusable

LANGUAGES = ("zh", "en")
BEAM = 5
MAX_COMPRESSION = 2.4
MIN_LOGPROB = -1.0
NO_SPEECH = 0.6
"""OpenAI's own limits for text that loops, for text that is guessed, and for silence."""

FALLBACK = (0.0, 0.4, 0.8)
"""Temperatures of the second hearing; OpenAI's six steps cost twice the time in noise and find no more."""

_TOKENS_A_SECOND, _TOKENS_LEAST, _TOKENS_MOST = 15.0, 40, 300
"""Nobody says more: fast Chinese is seven characters a second, of up to two tokens each. It ends loops early."""

_ROUNDING_S = 1e-6
"""The pipeline cuts a time down to a sample: a millionth more, and it is the sample that was meant."""

_CHINESE_PROMPT = "以下是普通话的句子。"
_MAX_PROMPT_TOKENS = 120

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """One stretch of recognised text, times in seconds from the window's beginning."""

    words: tuple[Word, ...]
    avg_logprob: float
    no_speech: float
    compression: float

    @property
    def text(self) -> str:
        """All words as the recogniser wrote them."""
        return "".join(word.text for word in self.words)

    @property
    def doubtful(self) -> bool:
        """The text loops or is guessed."""
        return self.compression > MAX_COMPRESSION or self.avg_logprob < MIN_LOGPROB

    @property
    def silent(self) -> bool:
        """The recogniser itself takes this for no speech; hearing it again would only cost time."""
        return self.no_speech > NO_SPEECH and self.avg_logprob < MIN_LOGPROB


class Recogniser:
    """A loaded faster-whisper folder. `terms` are hinted to every window."""

    def __init__(self, folder: str | Path, device: str, threads: int, terms: Sequence[str]) -> None:
        """Load the model: int8 on the CPU, half precision on a GPU. Raises ModelUnusable, DeviceMissing."""
        _check_complete(Path(folder))
        self._model = _loaded(folder, device, threads)
        self._batched = BatchedInferencePipeline(self._model)
        self._terms = terms
        self.multilingual = bool(self._model.model.is_multilingual)

    def close(self) -> None:
        """Give the model's memory back."""
        self._model.model.unload_model()
        del self._batched, self._model
        gc.collect()

    def languages(self, windows: Sequence[Samples]) -> list[tuple[str, float]]:
        """The likelier of Chinese and English for each window, with its share of the two (0.5..1)."""
        if not self.multilingual:
            return [("en", 1.0)] * len(windows)
        features = np.stack([self._features(window) for window in windows])
        answers = self._model.model.detect_language(self._model.encode_ahead(features))
        return [_likelier(answer) for answer in answers]

    def _features(self, window: Samples) -> NDArray[np.float32]:
        """Exactly as the batched pipeline makes them."""
        return np.asarray(pad_or_trim(self._model.feature_extractor(window)[..., :-1]), np.float32)

    def hear(self, windows: Sequence[Samples], language: str) -> list[list[Heard]]:
        """The text of each window; doubtful ones are heard again one by one, with OpenAI's temperature fallback."""
        found = self._together(windows, language)
        for i, heard in enumerate(found):
            if any(one.doubtful and not one.silent for one in heard):
                found[i] = self._alone(windows[i], language)
        return found

    def _together(self, windows: Sequence[Samples], language: str) -> list[list[Heard]]:
        starts = np.cumsum([0] + [len(window) for window in windows]) / 16000
        clips = [{"start": start + _ROUNDING_S, "end": end + _ROUNDING_S} for start, end in pairwise(starts.tolist())]
        segments, _ = self._batched.transcribe(
            np.concatenate(windows),
            language=language,
            beam_size=BEAM,
            word_timestamps=True,
            without_timestamps=True,
            vad_filter=False,
            clip_timestamps=clips,
            batch_size=len(windows),
            max_new_tokens=_room(max(len(window) for window in windows)),
            hotwords=self._prompt(language),
        )
        found: list[list[Heard]] = [[] for _ in windows]
        for segment in segments:
            place = int(np.searchsorted(starts, segment.seek / 100 + 0.02, side="right")) - 1
            found[place].append(_heard(segment, float(starts[place])))
        return found

    def _alone(self, window: Samples, language: str) -> list[Heard]:
        segments, _ = self._model.transcribe(
            window,
            language=language,
            beam_size=BEAM,
            best_of=3,
            temperature=FALLBACK,
            word_timestamps=True,
            condition_on_previous_text=False,
            max_new_tokens=_room(len(window)),
            vad_filter=False,
            hotwords=self._prompt(language),
        )
        return [_heard(segment, 0.0) for segment in segments]

    def _prompt(self, language: str) -> str | None:
        """Chinese needs a prompt for simplified characters and punctuation; both languages get the terms."""
        lead = _CHINESE_PROMPT if language == "zh" else ""
        joint, stop = ("、", "。") if language == "zh" else (", ", ".")
        chosen: list[str] = []
        for term in self._terms:
            if self._tokens(lead + joint.join([*chosen, term])) > _MAX_PROMPT_TOKENS:
                break
            chosen.append(term)
        text = lead + (joint.join(chosen) + stop if chosen else "")
        return text or None

    def _tokens(self, text: str) -> int:
        return len(self._model.hf_tokenizer.encode(text, add_special_tokens=False).ids)


class _Whisper(WhisperModel):  # type: ignore[misc]
    """Encodes a batch once: what was encoded to tell the language is what is written down next.

    Encoding is a fifth of the recogniser's work, and the pipeline would do it again.
    """

    _ahead: tuple[NDArray[np.float32], Any] | None = None

    def encode_ahead(self, features: NDArray[np.float32]) -> Any:
        """Encode, and keep the result for the very same features."""
        self._ahead = features, super().encode(features)
        return self._ahead[1]

    def encode(self, features: NDArray[np.float32]) -> Any:
        """The encoder's output for features (n, mels, 3000) or (mels, 3000)."""
        ahead, self._ahead = self._ahead, None
        if ahead is not None and np.array_equal(ahead[0], features):
            return ahead[1]
        return super().encode(features)


def _check_complete(folder: Path) -> None:
    """faster-whisper would look for a missing tokenizer on the network."""
    wanted = ["model.bin", "config.json", "tokenizer.json"]
    if missing := [name for name in wanted if not (folder / name).is_file()]:
        raise ModelUnusable(folder=str(folder), reason=missing[0])


def computes_on_cuda(folder: str | Path, threads: int) -> bool:
    """Whether a GPU really computes with this model.

    One without its libraries, or without enough memory, shows only when something is computed, so a second of silence
    is. ctranslate2 says so by RuntimeError, and by ValueError where it was built without CUDA.
    """
    try:
        model = _opened(folder, "cuda", threads)
        model.encode(model.feature_extractor(np.zeros(16_000, np.float32)))
    except (RuntimeError, ValueError):
        return False
    return True


def _loaded(folder: str | Path, device: str, threads: int) -> _Whisper:
    if device == "cuda" and ctranslate2.get_cuda_device_count() == 0:
        raise DeviceMissing(device=device)
    try:
        return _opened(folder, device, threads)
    except (RuntimeError, ValueError, OSError) as error:
        raise ModelUnusable(folder=str(folder), reason=str(error).splitlines()[0][:200]) from error


def _opened(folder: str | Path, device: str, threads: int) -> _Whisper:
    kind = "float16" if device == "cuda" else "int8"
    return _Whisper(str(folder), device=device, compute_type=kind, cpu_threads=threads, local_files_only=True)


def _room(samples: int) -> int:
    """How many tokens so many samples can hold; of the model's 448 the prompt takes up to 130."""
    return min(_TOKENS_MOST, _TOKENS_LEAST + round(samples / 16_000 * _TOKENS_A_SECOND))


def _likelier(answer: Sequence[tuple[str, float]]) -> tuple[str, float]:
    chances = {token.strip("<|>"): chance for token, chance in answer}
    chances["zh"] = chances.get("zh", 0.0) + chances.get("yue", 0.0)
    best = max(LANGUAGES, key=lambda language: chances.get(language, 0.0))
    both = sum(chances.get(language, 0.0) for language in LANGUAGES)
    return best, chances.get(best, 0.0) / both if both > 0 else 0.5


def _heard(segment: Any, offset: float) -> Heard:
    words = tuple(
        Word(float(word.start) - offset, float(word.end) - offset, word.word, float(word.probability))
        for word in segment.words or ()
    )
    return Heard(words, segment.avg_logprob, segment.no_speech_prob, segment.compression_ratio)
