"""An interview for which an outside service is set up and everything is in order: tests take one thing away."""

from __future__ import annotations

import pytest

from app.domain.outside import Purpose, ServiceSetting
from app.outside import gate
from app.outside.services import keep_setting, named
from app.settings import SettingsFile
from app.store import Library
from tests.service_server import KEY, SIGNED_KEY, ServiceServer

PROFILES = {
    Purpose.SPEECH: "openai_speech", Purpose.TERMS: "openai_terms", Purpose.SCORING: "openai_scoring",
    Purpose.EXPRESSION: "expression_pictures",
}  # fmt: skip
PREFIX = {"openai_speech": "/v1", "openai_terms": "/v1", "openai_scoring": "/v1"}


def set_up(library: Library, server: ServiceServer, purpose: Purpose, profile: str = "", **values: object) -> None:
    """Turn a service on, as the settings do."""
    name = profile or PROFILES[purpose]
    given: dict[str, object] = {"profile": name, "url": server.url + PREFIX.get(name, ""), "model": "m", "on": True}
    keep_setting(SettingsFile(library.folder), purpose, **(given | values))


def agree(library: Library, interview_id: str, purpose: Purpose, *, agreed: bool = True) -> None:
    """The candidate's consent to the service that is set up."""
    service = named(library.folder, purpose)
    library.record_outside_consent(
        interview_id, purpose, service.host, service.name, agreed=agreed, text_version=gate.TEXT_VERSION, by="王小雨"
    )


def give_key(monkeypatch: pytest.MonkeyPatch, purpose: Purpose, key: str = "") -> None:
    """A key where there is no keyring."""
    monkeypatch.setenv(f"MIANJIAN_{purpose.name}_KEY", key or KEY)


def open_gate(
    library: Library, interview_id: str, server: ServiceServer, purpose: Purpose, monkeypatch: pytest.MonkeyPatch,
    profile: str = "",
) -> None:  # fmt: skip
    """All that it takes for something to be sent."""
    set_up(library, server, purpose, profile)
    agree(library, interview_id, purpose)
    give_key(monkeypatch, purpose, SIGNED_KEY if profile.startswith("signed") else KEY)
    library.confirm_outside(interview_id, purpose, named(library.folder, purpose).host)


def off(library: Library, purpose: Purpose) -> ServiceSetting:
    """Turn it off again."""
    return keep_setting(SettingsFile(library.folder), purpose, on=False)
