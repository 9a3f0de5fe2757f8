"""Packages that earlier versions wrote are taken as they are; one that needs nothing new is still written as before."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from app.domain.types import Candidate, InterviewStatus
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign

KEPT = Path(__file__).parent / "packages"
PASSPHRASE = "骏马 42"


def test_what_went_out_in_version_1(laptop):
    taken = take_package(laptop, KEPT / "outward-1.mianjian")
    assert (taken.kind, taken.by, taken.new["interview"]) == (Kind.OUTWARD, "HR 王芳", 1)
    (interview,) = laptop.interviews()
    assert (interview.candidate.name, interview.remote_id) == ("秦𠮷雅", "int-1")
    assert interview.position.questions == ("为什么？",)


@pytest.mark.parametrize("known", [True, False])
def test_what_came_home_in_version_1(office, known):
    if known:
        take_package(office, KEPT / "outward-1.mianjian")
    taken = take_package(office, KEPT / "results-1.mianjian", PASSPHRASE)
    assert (taken.to_send, taken.cards) == (1, {})
    (interview,) = office.interviews()
    assert interview.status is InterviewStatus.ASSESSED
    assert [one.text for one in office.comments(interview.id)] == ["第二版"]
    assert [one.after for one in office.corrections(interview.id)] == ["负载"]
    assert office.assessment(interview.id, "李静").questions["为什么？"].score == 5
    assert take_package(office, KEPT / "results-1.mianjian", PASSPHRASE).before is not None


def test_a_package_without_anything_new_is_one_that_older_programs_take(laptop, stick):
    interview = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "秦𠮷雅"))))
    sign(laptop, interview.id)
    for files, version in ((False, 1), (True, 2)):
        file = stick / f"{version}.mianjian"
        write_package(laptop, Choice(Kind.RESULTS, (interview.id,), files=files), file)
        with zipfile.ZipFile(file) as package:
            assert json.loads(package.read("manifest.json"))["version"] == version
