"""The candidate's consent to outside services: each one by its name and host, beside the consent to be analysed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app import policy, text
from app.domain.types import Interview
from app.outside import gate, services
from app.settings import SettingsFile
from app.store.library import Library
from sync.failures import RemoteFailure
from ui.widgets.plain import literal, plain_tip


def offered(library: Library) -> tuple[services.Chosen, ...]:
    """The services that are turned on and that the rules allow at all."""
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    found = []
    for purpose in services.purposes():
        try:
            service = services.chosen(library.folder, purpose)
        except RemoteFailure:
            continue
        if service is not None and gate.allowed(rules, purpose):
            found.append(service)
    return tuple(found)


def agreed(library: Library, interview: Interview) -> tuple[services.Chosen, ...]:
    """Those that the candidate agreed to."""
    return tuple(service for service in offered(library) if _holds(library, interview, service))


def words(service: services.Chosen, language: str = "") -> str:
    """A service in a line of its own; in the window's language where no other is given."""
    spoken = language or text.language()
    purpose = text.tr_in(spoken, f"outside.purpose_{service.purpose}")
    return text.tr_in(spoken, "outside.consent_short", service=service.name, host=service.host, what=purpose)


def add_to(menu: QMenu, library: Library, interview: Interview, changed: Callable[[], None]) -> None:
    """An entry for each service below the modalities; what the candidate agrees to stands in its tip."""
    listed = offered(library)
    if listed:
        menu.addSeparator()
        menu.setToolTipsVisible(True)
    for service in listed:
        action = QAction(literal(words(service)), menu)
        action.setToolTip(plain_tip(gate.consent_words(service)))
        action.setCheckable(True)
        action.setChecked(_holds(library, interview, service))
        action.toggled.connect(lambda on, s=service: _record(library, interview, s, on, changed))
        menu.addAction(action)


def _holds(library: Library, interview: Interview, service: services.Chosen) -> bool:
    consent = library.outside_consent(interview.id, service.purpose, service.host)
    return consent is not None and consent.agreed


def _record(
    library: Library, interview: Interview, service: services.Chosen, on: bool, changed: Callable[[], None]
) -> None:
    library.record_outside_consent(
        interview.id, service.purpose, service.host, service.name, agreed=on, text_version=gate.TEXT_VERSION,
        by=interview.candidate.name,
    )  # fmt: skip
    changed()
