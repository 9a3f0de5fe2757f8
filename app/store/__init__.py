"""The library: one `Library` facade over the database (`tables`, `migrations`) and the media vault.

Everything that is kept goes through here, and comes out as the plain types of `app.domain`. A write is one transaction
with its audit entry; rows carry a uuid, UTC times, the acting assessor and a version counter. Nothing here knows the
window, and SQLAlchemy does not leave this package, except for the session that `Library.session` lends to the outbox.
"""

from app.store.library import Library
from app.store.vault import Vault

__all__ = ["Library", "Vault"]
