"""Which library this is, for those that exchange packages with it."""

from __future__ import annotations

import platform
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy.orm import Session

from app.store.library import Library
from sync import ledger

SYSTEM, _NAME = "mianjian:handover", "library"
"""What packages say is kept under the name of a system of its own."""


def library_id(library: Library, session: Session) -> str:
    """A uuid; the first call needs a session that writes.

    Where the folder lies is part of it: a copy of a library counts its versions apart from the original, and so must
    not go by its name.
    """
    kept = ledger.read_state(session, SYSTEM, _NAME)
    if kept is None:
        kept = str(uuid4())
        ledger.write_state(session, SYSTEM, _NAME, kept)
    return str(uuid5(NAMESPACE_URL, f"{kept}:{platform.node()}:{library.folder}"))
