"""The company's fields as an HR system last listed them: kept beside the library, so that they are there offline."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.store import Library
from app.sync_state import utc
from sync import ledger
from sync.address import Address
from sync.catalogue import Catalogue
from sync.failures import AddressInvalid

_NAME = "catalogue"


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The company's fields, and when they were read."""

    catalogue: Catalogue
    at: datetime


def known_fields(library: Library, address: str) -> KnownFields | None:
    """The fields of the HR system at an address as they were last read; None = never."""
    try:
        system = Address.parse(address).base
    except AddressInvalid:
        return None
    with library.reading() as session:
        kept = ledger.read_state(session, system, _NAME)
    if kept is None:
        return None
    said = json.loads(kept)
    return KnownFields(msgspec.convert(said["catalogue"], Catalogue), utc(said["at"]))


def keep_fields(library: Library, address: str, catalogue: Catalogue, clock: ledger.Clock) -> KnownFields:
    """Remember the fields that were just read."""
    at = clock()
    told = json.dumps({"at": at, "catalogue": msgspec.to_builtins(catalogue)}, ensure_ascii=False)
    if not library.read_only:
        with library.session() as session:
            ledger.write_state(session, Address.parse(address).base, _NAME, told, clock)
    return KnownFields(catalogue, utc(at))
