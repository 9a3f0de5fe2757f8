"""The guide to connecting an HR system calls things as the window does, in both languages, and its profiles load."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app import text
from sync.profile import read_profile, shipped_profile

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "ehr.md").read_text("utf-8")
CALLED = ("ehr", "url", "profile", "account", "key", "key_kept", "certificate", "passphrase", "test", "add_profile",
          "check_rights")  # fmt: skip
BLOCKS = re.findall(r"(?:^ {4,}\S.*\n|^\n)+", GUIDE, re.MULTILINE)
PROFILES = [lines for lines in ("\n".join(map(str.strip, block.splitlines())) for block in BLOCKS) if "base =" in lines]


@pytest.mark.parametrize("said", text.LANGUAGES)
@pytest.mark.parametrize("key", CALLED)
def test_a_field_is_called_as_in_the_window(said, key):
    assert text.tr_in(said, f"settings.{key}") in GUIDE


@pytest.mark.parametrize("said", text.LANGUAGES)
@pytest.mark.parametrize("name", ["odoo", "feishu", "greenhouse", "moka"])
def test_a_profile_is_called_as_in_the_window(said, name):
    assert shipped_profile(name).title(said) in GUIDE


def test_the_profiles_that_it_shows_load():
    assert len(PROFILES) == 4
    assert {read_profile(written, "shown").name for written in PROFILES} == {"acme", "greenhouse-here"}


def test_its_links_lead_somewhere():
    heads = {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in re.findall(r"^#+ (.+)$", GUIDE, re.M)}
    assert {*re.findall(r"\]\(#([^)]+)\)", GUIDE)} <= heads
