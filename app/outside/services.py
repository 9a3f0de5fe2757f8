"""The profiles of outside services, shipped and of one's own, and which of them a person has chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from analysis import features
from app import text
from app.domain.outside import MODALITY, Purpose, ServiceSetting
from app.settings import SettingsFile
from sync.address import Address
from sync.failures import AddressInvalid
from sync.providers.failures import ServiceAddressInvalid, ServiceProfileInvalid
from sync.providers.profile import SHIPPED, ServiceProfile, load_service

FOLDER = "services"
"""Below the library: profiles of one's own. One with the name of a shipped one replaces it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A service that is set up: its profile, its checked address and the model to name, "" = the service's own."""

    purpose: Purpose
    profile: ServiceProfile
    address: Address
    model: str

    @property
    def name(self) -> str:
        """What the service is called, in the language in use."""
        return self.profile.title(text.language())

    @property
    def host(self) -> str:
        """Where things go, port included."""
        return self.address.host


def purposes() -> tuple[Purpose, ...]:
    """What this build can ask for: a purpose goes with the room that its modality belongs to."""
    return tuple(purpose for purpose in Purpose if MODALITY[purpose] in features.modalities())


def profiles(data: Path, purpose: Purpose) -> tuple[ServiceProfile, ...]:
    """The usable profiles for a purpose, those of one's own first; `data` is the library's folder."""
    found: dict[str, ServiceProfile] = {}
    for path in _paths(data):
        try:
            profile = load_service(path)
        except ServiceProfileInvalid:
            continue
        if profile.kind is purpose:
            found.setdefault(profile.id, profile)
    return tuple(found.values())


def refused(data: Path) -> tuple[ServiceProfileInvalid, ...]:
    """What is wrong with each profile of one's own that cannot be used."""
    failures = []
    for path in _paths(data):
        try:
            load_service(path)
        except ServiceProfileInvalid as failure:
            failures.append(failure)
    return tuple(failures)


def setting(data: Path, purpose: Purpose) -> ServiceSetting:
    """What a person set for a purpose; off by default."""
    return SettingsFile(data).values.services.get(str(purpose), ServiceSetting())


def keep_setting(settings: SettingsFile, purpose: Purpose, **values: object) -> ServiceSetting:
    """Change what is set for a purpose, and write it at once."""
    now = settings.values.services.get(str(purpose), ServiceSetting())
    changed = replace(now, **values)  # type: ignore[arg-type]
    settings.change(services=settings.values.services | {str(purpose): changed})
    return changed


def named(data: Path, purpose: Purpose, given: ServiceSetting | None = None) -> Chosen | None:
    """The service that is set up, whether it is turned on or not; None where no profile is chosen.

    Raises ServiceAddressInvalid, and ServiceProfileInvalid where the chosen profile is gone.
    """
    given = given or setting(data, purpose)
    if not given.profile:
        return None
    profile = next((each for each in profiles(data, purpose) if each.id == given.profile), None)
    if profile is None:
        raise next(
            (failure for failure in refused(data) if failure.params["name"] == given.profile),
            ServiceProfileInvalid(name=given.profile, reason=text.tr("outside.profile_gone")),
        )
    try:
        address = Address.parse(given.url.strip() or profile.shape.address)
    except AddressInvalid as error:
        raise ServiceAddressInvalid(address=error.params["address"]) from error
    return Chosen(purpose, profile, address, given.model.strip() or profile.shape.model)


def chosen(data: Path, purpose: Purpose) -> Chosen | None:
    """The service that is turned on for a purpose; None = off. Raises what `named` does."""
    given = setting(data, purpose)
    return named(data, purpose, given) if given.on and purpose in purposes() else None


def keep_key(data: Path, purpose: Purpose, key: str) -> None:
    """Put the key of the service that is set up into the system's keyring. Raises `ServiceFailure`."""
    from sync.providers import keys

    service = named(data, purpose)
    if service is None:
        raise ServiceAddressInvalid(address="")
    keys.keep_key(purpose, service.address, key)


def _paths(data: Path) -> list[Path]:
    return [*sorted((data / FOLDER).glob("*.toml")), *sorted(SHIPPED.glob("*.toml"))]
