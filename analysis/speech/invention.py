"""Telling text that was said from text that the recogniser invented on silence, noise or music."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from analysis.document import Span, Word
from analysis.speech.recogniser import MAX_COMPRESSION, NO_SPEECH, Heard

_UNSURE_LOGPROB = -0.7
_MIN_SPEECH_SHARE = 0.2
_STOCK_PROBABILITY = 0.75
_MAX_SAME_RUN = 6

_STOCK = re.compile(
    r"以下是普通话的句子|字幕(由|志愿者|制作|提供)|amara\.org|请不吝点赞|订阅.{0,4}(转发|打赏|频道)|明镜与点点|(谢谢|感谢)(大家)?(的)?(观看|收看|收听)"
    r"|thanks? (you )?(so much )?for (watching|listening)|subtitles? (by|created)|please subscribe|like and subscribe",
    re.IGNORECASE,
)
"""What Whisper learnt from the ends of web videos and says into silence, and the prompt of our own."""

_SURE_STOCK = re.compile(r"以下是普通话的句子|amara\.org|明镜与点点|请不吝点赞", re.IGNORECASE)


def invented(heard: Heard, words: Sequence[Word], speech: Sequence[Span]) -> bool:
    """Whether a recognised stretch is to be dropped. `words` are its words on the recording's clock."""
    if not words:
        return False
    if _speech_share(words, speech) < _MIN_SPEECH_SHARE:
        return True
    if heard.no_speech > NO_SPEECH and heard.avg_logprob < _UNSURE_LOGPROB:
        return True
    if heard.compression > MAX_COMPRESSION or _stuck(words):
        return True
    return _stock_phrase(heard.text, words)


def _speech_share(words: Sequence[Word], speech: Sequence[Span]) -> float:
    total = sum(word.end - word.start for word in words)
    if total <= 0:
        return 0.0
    first, last = words[0].start, words[-1].end
    near = [span for span in speech if span.end > first and span.start < last]
    under = sum(max(0.0, min(word.end, span.end) - max(word.start, span.start)) for word in words for span in near)
    return under / total


def _stuck(words: Sequence[Word]) -> bool:
    """The same word more often in a row than a person says it."""
    run = 1
    for before, word in pairwise(words):
        run = run + 1 if word.text == before.text else 1
        if run > _MAX_SAME_RUN:
            return True
    return False


def _stock_phrase(text: str, words: Sequence[Word]) -> bool:
    found = _STOCK.search(text)
    if found is None:
        return False
    mostly = len(found.group()) >= 0.5 * len(text.strip())
    mean = sum(word.probability or 0.0 for word in words) / len(words)
    return (bool(_SURE_STOCK.search(text)) and mostly) or (mostly and mean < _STOCK_PROBABILITY)
