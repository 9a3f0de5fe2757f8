"""What a person has set, kept as JSON in the library's folder, and where that folder is."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from app.domain.outside import ServiceSetting


def default_data_folder() -> Path:
    """MIANJIAN_DATA, else the platform's user data folder."""
    given = os.environ.get("MIANJIAN_DATA")
    return Path(given) if given else Path(platformdirs.user_data_dir("MianJian", appauthor=False))


def cache_folder() -> Path:
    """MIANJIAN_CACHE, else the platform's user cache folder: the assembled transcriber lies there, never media."""
    given = os.environ.get("MIANJIAN_CACHE")
    return Path(given) if given else Path(platformdirs.user_cache_dir("MianJian", appauthor=False))


@dataclass(frozen=True)
class Settings:
    """Everything that is remembered between starts.

    `language` "" = the system's; `theme` "system", "light" or "dark"; `scale` in %; `ehr_url` "" = not connected,
    `ehr_account` is the public half of its key where it has one (client id, app key), `ehr_certificate` the PEM file of
    a client certificate; `device` "auto", "cpu" or "cuda";
    `llm_url` (with `llm_model`, "" = the server's only one) or else `llm_gguf` (a file) is a language model on this
    computer, all "" = off; `services` are outside AI services by purpose, none = off; `late_after_min` minutes after
    its planned time an interview's candidate is late, `remind_min` minutes before it a reminder comes (0 = none),
    `keep_days` so long bodies of what went to and came from the HR system are kept, `organizer`
    ("" = the assessor) and `organizer_mail` stand in invitations, which last `interview_min` minutes; `question_s` is
    meant for a question of the kit that names no time, `retake` = one may be taken again, `answers` "speech", "text" or
    "both"; `analyse_when` "at_once", "at_night" or
    "by_hand" is when a recording that has come is analysed, the night being from `night_from_min` to `night_to_min`
    (minutes after midnight, this computer's time); `watched` are folders whose new recordings are taken in;
    `layout` is what the window remembers of itself, by name.
    """

    assessor: str = ""
    language: str = ""
    theme: str = "system"
    scale: int = 100
    ehr_url: str = ""
    ehr_profile: str = "generic"
    ehr_account: str = ""
    ehr_certificate: str = ""
    device: str = "auto"
    transcriber: str = "whisper-base"
    face_fps: float = 5.0
    jurisdiction: str = "CN"
    llm_url: str = ""
    llm_model: str = ""
    llm_gguf: str = ""
    services: dict[str, ServiceSetting] = field(default_factory=dict)
    late_after_min: int = 15
    remind_min: int = 10
    keep_days: int = 90
    organizer_mail: str = ""
    organizer: str = ""
    interview_min: int = 60
    question_s: int = 300
    retake: bool = True
    answers: str = "speech"
    analyse_when: str = "at_once"
    night_from_min: int = 20 * 60
    night_to_min: int = 7 * 60
    watched: tuple[str, ...] = ()
    layout: dict[str, Any] = field(default_factory=dict)


class SettingsFile:
    """`settings.json` in one library's folder. A damaged file is kept aside, never overwritten."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "settings.json"
        self.values = self._read()

    @property
    def profiles(self) -> Path:
        """The folder of the company's own profiles of HR systems."""
        return self.path.parent / "profiles"

    def _read(self) -> Settings:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Settings)
        except FileNotFoundError:
            return Settings()
        except (msgspec.ValidationError, msgspec.DecodeError):
            os.replace(self.path, self.path.with_suffix(".damaged.json"))
            return Settings()

    def change(self, **values: Any) -> Settings:
        """Change some values and write them at once, atomically."""
        self.values = replace(self.values, **values)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(".part")
        part.write_bytes(msgspec.json.format(msgspec.json.encode(self.values)))
        os.replace(part, self.path)
        return self.values
