"""Whether something of an interview may be sent to an outside service: every condition, in one place, in one order.

The setting, the policy of the jurisdiction, the modality's consent, the candidate's own consent to this very service, a
key, and that a person read what goes to whom, once an interview. Whatever is missing stops it before any connection.
"""

from __future__ import annotations

from analysis.failures import Failure
from app import policy, text
from app.domain.outside import DATA, MODALITY, Purpose
from app.failures import OutsideConsentMissing, OutsideForbidden, OutsideOff, OutsideUnconfirmed
from app.outside.services import Chosen, chosen
from app.policy import Profile
from app.recording.stretch_consent import require_throughout
from app.settings import SettingsFile
from app.store.library import Library
from sync.providers.failures import ServiceFailure

TEXT_VERSION = "outside-1"
"""Names the wording of the consent to an outside service: see `consent_words`."""


def allowed(rules: Profile, purpose: Purpose) -> bool:
    """Whether a jurisdiction lets anything leave for a purpose."""
    return DATA[purpose] in rules.external and rules.rule(MODALITY[purpose]).analyse


def require(library: Library, interview_id: str, purpose: Purpose) -> Chosen:
    """The service to ask. Raises OutsideOff, OutsideForbidden, ConsentMissing, OutsideConsentMissing,
    OutsideUnconfirmed, ServiceKeyMissing, ServiceAddressInvalid, ServiceProfileInvalid."""
    from sync.providers.keys import key_for  # with the keyring

    service = agreed(library, interview_id, purpose)
    key_for(purpose, service.address)
    if not library.outside_confirmed(interview_id, purpose, service.host):
        raise OutsideUnconfirmed(notice=notice(service))
    return service


def agreed(library: Library, interview_id: str, purpose: Purpose) -> Chosen:
    """The service that is turned on, allowed and agreed to. Raises as `require`, but for key and confirmation."""
    service = chosen(library.folder, purpose)
    if service is None:
        raise OutsideOff(what=text.tr(f"outside.purpose_{purpose}"))
    rules = policy.profile(SettingsFile(library.folder).values.jurisdiction)
    if not allowed(rules, purpose):
        raise OutsideForbidden(data=data_words(purpose), rules=text.tr(f"policy.profile_{rules.name.lower()}"))
    require_throughout(library, interview_id, rules, (MODALITY[purpose],))
    consent = library.outside_consent(interview_id, purpose, service.host)
    if consent is None or not consent.agreed:
        raise OutsideConsentMissing(data=data_words(purpose), service=service.name, host=service.host)
    return service


def unconfirmed(library: Library, interview_id: str, purpose: Purpose) -> Chosen | None:
    """The service of which nothing but a person's confirmation is missing; None where there is none, or no need."""
    from sync.providers.keys import has_key

    try:
        service = agreed(library, interview_id, purpose)
    except (Failure, ServiceFailure):
        return None
    confirmed = library.outside_confirmed(interview_id, purpose, service.host)
    return None if confirmed or not has_key(purpose, service.address) else service


def data_words(purpose: Purpose, language: str = "") -> str:
    """What leaves for a purpose, in words; in the window's language where no other is given."""
    return text.tr_in(language or text.language(), f"outside.data_{DATA[purpose]}")


def notice(service: Chosen) -> str:
    """What will be sent, to whom and what for: said before the first time for an interview."""
    return text.tr(f"outside.notice_{service.purpose}", service=service.name, host=service.host)


def consent_words(service: Chosen, language: str = "") -> str:
    """What the candidate agrees to; in the window's language where no other is given."""
    spoken = language or text.language()
    return text.tr_in(
        spoken, "outside.consent", data=data_words(service.purpose, spoken), service=service.name, host=service.host,
        what=text.tr_in(spoken, f"outside.purpose_{service.purpose}"),
    )  # fmt: skip
