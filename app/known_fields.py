"""The company's fields as an HR system last listed them: kept beside the library, so that they are there offline."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from app.store import Library
from sync import ledger
from sync.address import Address
from sync.catalogue import Catalogue, RemoteField
from sync.failures import AddressInvalid

_NAME = "catalogue"
MOST_FORMER = 200
"""So many fields that are gone are remembered."""


@dataclass(frozen=True, slots=True)
class KnownFields:
    """The company's fields, and when they were read; `former` are those that it had before."""

    catalogue: Catalogue
    at: datetime
    former: Catalogue = field(default_factory=Catalogue)

    def field(self, field_id: str) -> RemoteField | None:
        """A field by its id, also one that is not there any more; None = it was never read."""
        return self.catalogue.field(field_id) or self.former.field(field_id)

    def name_of(self, field_id: str, language: str) -> str:
        """A field's title with its id in brackets, also of one that is not there any more; the id alone where it was
        never read."""
        field = self.field(field_id)
        title = field.named(language) if field else field_id
        return title if title == field_id else f"{title} [{field_id}]"


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
    former = msgspec.convert(said.get("former", {}), Catalogue)
    return KnownFields(msgspec.convert(said["catalogue"], Catalogue), _utc(said["at"]), former)


def keep_fields(library: Library, address: str, catalogue: Catalogue, clock: ledger.Clock) -> KnownFields:
    """Remember the fields that were just read."""
    at, before = clock(), known_fields(library, address)
    former = _gone(before, catalogue) if before else Catalogue()
    kept = {"at": at, "catalogue": msgspec.to_builtins(catalogue), "former": msgspec.to_builtins(former)}
    if not library.read_only:
        told = json.dumps(kept, ensure_ascii=False)
        with library.session() as session:
            ledger.write_state(session, Address.parse(address).base, _NAME, told, clock)
    return KnownFields(catalogue, _utc(at), former)


def _gone(before: KnownFields, catalogue: Catalogue) -> Catalogue:
    """What there was and is not any more, the latest first: a mapping that names it can still be told by its title."""
    earlier = (*before.catalogue.fields, *before.former.fields)
    return Catalogue(tuple(one for one in earlier if catalogue.field(one.id) is None)[:MOST_FORMER])


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
