"""What the commands say before something of an interview leaves for an outside service. No command of its own."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.domain.outside import Purpose
    from app.store.library import Library


def confirm(library: Library, interview_id: str, purpose: Purpose) -> None:
    """Say on standard error what will be sent to whom, and note that it was let go. Raises what `gate.agreed` does."""
    from app.outside.gate import agreed, notice
    from app.outside.sending import known_failures

    with known_failures():
        service = agreed(library, interview_id, purpose)
    print(notice(service), file=sys.stderr)
    if not library.outside_confirmed(interview_id, purpose, service.host):
        library.confirm_outside(interview_id, purpose, service.host)
