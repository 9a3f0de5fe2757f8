"""Jurisdiction profiles and consent: what may be analysed, shown and scored."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analysis.features import modalities
from app import policy, text
from app.domain.types import Consent
from app.failures import ConsentMissing


def agreed(*names):
    return Consent("i", names, "v1", "x", datetime.now(UTC))


def test_each_profile_can_be_read_and_named(each_language):
    assert policy.profiles() == ("CN", "EU", "US", "strictest")
    for name in policy.profiles():
        rules = policy.profile(name)
        assert rules.veil
        assert 0 < rules.machine_share_cap <= 0.4
        assert text.tr(f"policy.profile_{name.lower()}")


def test_an_unknown_jurisdiction_is_the_strictest():
    assert policy.profile("ZZ") == policy.profile("strictest")
    assert policy.profile("../CN") == policy.profile("strictest")


def test_the_strictest_allows_no_more_than_any_other():
    strictest = policy.profile("strictest")
    for rules in map(policy.profile, policy.profiles()):
        assert strictest.machine_share_cap <= rules.machine_share_cap
        assert strictest.media_may_leave <= rules.media_may_leave
        assert strictest.clips <= rules.clips
        assert set(strictest.external) <= set(rules.external)
        assert set(policy.allowed_modalities(strictest, agreed(*modalities()))) <= set(
            policy.allowed_modalities(rules, agreed(*modalities()))
        )


def test_visible_expression_is_never_scored_and_absent_in_the_eu():
    for name in policy.profiles():
        assert policy.scored_modalities(policy.profile(name)) == ("speech",)
    assert "expression" not in policy.shown_modalities(policy.profile("EU"))
    assert policy.allowed_modalities(policy.profile("CN"), None) == modalities()


def test_consent_narrows_and_withdrawal_stops():
    rules = policy.profile("CN")
    assert policy.allowed_modalities(rules, agreed("speech")) == ("speech",)
    assert policy.allowed_modalities(rules, agreed()) == ()
    assert policy.allowed_modalities(rules, agreed("telepathy")) == ()


def test_where_consent_must_be_recorded_nothing_goes_without():
    rules = policy.profile("EU")
    assert policy.allowed_modalities(rules, None) == ()
    assert policy.allowed_modalities(rules, agreed("speech", "face")) == ("speech", "face")


def test_what_is_missing_is_said(each_language):
    with pytest.raises(ConsentMissing) as failure:
        policy.require_modalities(policy.profile("EU"), None, ("speech", "face"))
    assert text.tr("policy.modality_face") in text.sentence(failure.value)
    assert policy.require_modalities(policy.profile("CN"), None, ("face", "speech")) == ("speech", "face")


def test_what_may_go_to_an_outside_service():
    told = {name: {str(data) for data in policy.profile(name).external} for name in policy.profiles()}
    assert told == {
        "CN": {"sound", "words", "pictures"}, "EU": {"sound", "words"}, "US": {"sound", "words"}, "strictest": set(),
    }  # fmt: skip
