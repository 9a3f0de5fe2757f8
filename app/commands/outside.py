"""What the commands say before something of an interview leaves for an outside service. No command of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.domain.outside import Purpose
    from app.store.library import Library

STATED = "stated on the command line"
"""In place of the version of a consent text: the company keeps the signed one, and said so."""
NONE = "none"


def confirm(library: Library, interview_id: str, purpose: Purpose) -> None:
    """Say on standard error what will be sent to whom, and note that it was let go. Raises what `gate.agreed` does."""
    from app.outside.gate import agreed, notice
    from app.outside.sending import known_failures

    with known_failures():
        service = agreed(library, interview_id, purpose)
    print(notice(service), file=sys.stderr)
    if not library.outside_confirmed(interview_id, purpose, service.host):
        library.confirm_outside(interview_id, purpose, service.host)


def purposes_of(given: str | None) -> tuple[Purpose, ...] | None:
    """What `--outside-consent` names, () for "none", None where it is not given. Raises ValueInvalid."""
    from app.domain.outside import Purpose
    from app.failures import ValueInvalid
    from app.outside.services import purposes

    if given is None or given.strip() == NONE:
        return None if given is None else ()
    names = [part.strip() for part in given.split(",") if part.strip()]
    if not names or not set(names) <= set(map(str, purposes())):
        raise ValueInvalid(what="--outside-consent", value=given, allowed=", ".join((*purposes(), NONE)))
    return tuple(Purpose(name) for name in names)


def record_consents(library: Library, interview_id: str, agreed: tuple[Purpose, ...]) -> None:
    """The candidate agreed to the services that are turned on for these purposes, and to no others.

    Raises OutsideOff where none is turned on for one of them.
    """
    from app import text
    from app.failures import OutsideOff
    from app.outside.sending import known_failures
    from app.outside.services import chosen, purposes

    with known_failures():
        found = {purpose: chosen(library.folder, purpose) for purpose in purposes()}
    for purpose in agreed:
        if found[purpose] is None:
            raise OutsideOff(what=text.tr(f"outside.purpose_{purpose}"))
    for purpose, service in found.items():
        if service is not None:
            library.record_outside_consent(
                interview_id, purpose, service.host, service.name, agreed=purpose in agreed, text_version=STATED,
                by=library.assessor,
            )  # fmt: skip
