"""One answer of an HR system, as far as the wire knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def good(self) -> bool:
        """Whether HTTP says that it went well."""
        return 200 <= self.status < 300

    @property
    def page(self) -> bool:
        """Whether this is a web page, or the way to one: a login portal in between, as a rule."""
        start = self.body[:512].lstrip().lower()
        return 300 <= self.status < 400 or start.startswith((b"<!doctype html", b"<html"))
