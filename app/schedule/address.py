"""What is a mail address."""

from __future__ import annotations


def is_mail(written: str) -> bool:
    """Whether it looks like one mail address: no list, no display name, nothing that could begin another header."""
    name, at, host = written.rpartition("@")
    allowed = all(character.isprintable() and character not in ' ,;:<>()[]\\"' for character in written)
    return bool(name and at and host) and allowed and "@" not in name and "." in host.strip(".")
