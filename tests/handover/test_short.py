"""Taking a package in short transactions: others write meanwhile, and a person may stop it and go on later."""

from __future__ import annotations

import threading
import time

import pytest

from app.domain.types import Candidate
from app.failures import TakenInPart
from app.handover import taking
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign

INTERVIEWS = 6


@pytest.fixture
def results(laptop, stick):
    for number in range(INTERVIEWS):
        interview = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", f"候选人 {number}"))))
        sign(laptop, interview.id)
    file = stick / "results.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, tuple(one.id for one in laptop.interviews())), file)
    return file


@pytest.fixture
def slices(monkeypatch):
    monkeypatch.setattr(taking, "SLICE_S", 0.0)


def test_progress_goes_on_to_the_end_and_never_back(office, results, slices):
    heard = []
    take_package(office, results, progress=lambda done, total: heard.append(done / total))
    assert heard == sorted(heard)
    assert heard[-1] > 0.9
    assert len(heard) > INTERVIEWS


def test_stopped_half_way_it_is_whole_and_goes_on_later(office, results, slices):
    stop = threading.Event()

    def told(done, total):
        if done / total > 0.75:
            stop.set()

    with pytest.raises(TakenInPart):
        take_package(office, results, progress=told, stop=stop)
    there = office.interviews()
    assert 0 < len(there) < INTERVIEWS
    assert all(office.assessments(one.id)[0].signatures and one.signed for one in there)
    taken = take_package(office, results)
    assert taken.new["interview"] == INTERVIEWS - len(there)
    assert len(office.interviews()) == INTERVIEWS
    assert take_package(office, results).before is not None


def test_who_writes_meanwhile_is_let_in_between_two_interviews(office, results, slices):
    """Each of the other's writes finds the package further than the one before: none waits for all of it."""
    mine = office.save_interview(an_interview(office.save_candidate(Candidate("", "别人"))))
    seen, over = [], threading.Event()

    def write():
        while not over.is_set():
            office.add_comment(mine.id, 1.0, "同时")
            seen.append(len(office.interviews()))

    other = threading.Thread(target=write)
    other.start()
    take_package(office, results)
    over.set()
    other.join()
    assert len(set(seen)) >= INTERVIEWS // 2
    assert len(office.comments(mine.id)) == len(seen)


def test_no_transaction_is_long_however_much_an_interview_holds(laptop, office, stick, monkeypatch):
    interview = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "话很多的人"))))
    with laptop.together():
        for number in range(800):
            laptop.add_comment(interview.id, float(number), f"第 {number} 条")
    sign(laptop, interview.id)
    write_package(laptop, Choice(Kind.RESULTS, (interview.id,)), stick / "r.mianjian")
    monkeypatch.setattr(taking, "MOST_S", 0.05)
    spent, whole = [], taking._Taking._slice

    def timed(self):
        begun = time.thread_time()
        taken = whole(self)
        spent.append(time.thread_time() - begun)
        return taken

    monkeypatch.setattr(taking._Taking, "_slice", timed)
    take_package(office, stick / "r.mianjian")
    assert len(office.comments(interview.id)) == 800
    assert len(spent) > 1
    assert max(spent) < 0.2, "seconds of the processor with the write lock held"
