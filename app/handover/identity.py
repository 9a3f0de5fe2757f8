"""Which library this is, for those that exchange packages with it."""

from __future__ import annotations

import platform
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy.orm import Session

from app.store.library import Library
from sync import ledger

SYSTEM, _NAME, _HR = "mianjian:handover", "library", "hr_system"
"""What packages say is kept under the name of a system of its own."""


def hr_system(session: Session) -> str:
    """The HR system (its address) whose ids the rows here have: the connected one, else the one that the first package
    named; "" = nobody has said."""
    return ledger.connected(session) or ledger.read_state(session, SYSTEM, _HR) or ""


def hear_of(session: Session, system: str) -> None:
    """A package names its HR system: where none is known here, it is that one."""
    if system and not hr_system(session):
        ledger.write_state(session, SYSTEM, _HR, system)


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
