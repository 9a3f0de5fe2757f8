"""Bytes to text, whatever the program that wrote them took for granted."""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_HIGH_PAIR = re.compile(rb"[\x81-\xfe][\x81-\xfe]")
_HIGH = re.compile(rb"[\x80-\xff]")
_PAIRED = 0.6
"""Share of high bytes that stand in pairs in Chinese text: nearly all, while accents and quotes mostly stand alone."""
_ONE_SIDED = 4
"""UTF-16 has its zero bytes on one side, but for characters such as 一 (U+4E00)."""
_HEAD = 4000


def decoded(raw: bytes) -> str | None:
    """The text with \\n at line ends: UTF-8, UTF-16, GB 18030 (GBK), or Windows-1252 by its lone high bytes.

    None where it is none of them, or no text.
    """
    for encoding in _encodings(raw):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _BINARY.search(text) else text.replace("\r\n", "\n").replace("\r", "\n")
    return None


def _encodings(raw: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return (encoding,)
    head = raw[:_HEAD]
    odd, even = head[1::2].count(0), head[::2].count(0)
    if max(odd, even) > len(head) // 8 and max(odd, even) > _ONE_SIDED * min(odd, even):
        return ("utf-16-le",) if odd > even else ("utf-16-be",)
    pairs, high = len(_HIGH_PAIR.findall(raw)), len(_HIGH.findall(raw))
    western = 2 * pairs < _PAIRED * high
    return ("utf-8", "cp1252", "gb18030") if western else ("utf-8", "gb18030")
