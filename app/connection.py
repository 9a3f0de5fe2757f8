"""What a test of the connection to the HR system found, in words."""

from __future__ import annotations

import re

from app import text
from sync.diagnosis import Finding, Seen
from sync.secrets import given_by

_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(//|/*$)")


def entered_address(words: str) -> tuple[str, bool]:
    """An address that a person entered as it is kept, and whether a login was left out.

    It is https where nothing else is said. A user name and password in it would stand in a file; they are for the
    keyring alone.
    """
    address = words.strip().rstrip("/")
    if address and not _HAS_SCHEME.match(address):
        address = f"https://{address}"
    scheme, between, rest = address.partition("://")
    server, slash, path = rest.partition("/")
    _, login, server = server.rpartition("@")
    return f"{scheme}{between}{server}{slash}{path}", bool(login)


def given_key() -> str:
    """The name of what gives this program its key from outside, before any keyring; "" = nothing does."""
    return given_by()


def finding_words(finding: Finding) -> str:
    """What is wrong and what to do about it, or what can be seen; "" where there is nothing to say."""
    if finding.failure is not None:
        return text.sentence(finding.failure)
    if not finding.needed:
        return text.tr("settings.check_no_certificate")
    return _seen(finding.seen) if finding.seen else ""


def _seen(seen: Seen) -> str:
    key = "check_seen" if not seen.more else "check_seen_more" if seen.candidates else "check_seen_first"
    counts = text.tr(f"settings.{key}", positions=seen.positions, candidates=seen.candidates)
    return f"{seen.name}{text.tr('settings.check_colon')}{counts}" if seen.name else counts
