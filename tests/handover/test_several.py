"""More than one office, laptop or assessor around one interview, and packages that come late."""

from __future__ import annotations

import pytest

from app.domain.types import Candidate
from app.handover.cards import SIGNATURE, decide, open_cards
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.store import Library
from sync import listing
from sync.conflicts import Choice as Side
from sync.outbox import State
from tests.app.test_store_library import an_interview
from tests.handover.conftest import carry, counted, home, named, out, sign


@pytest.fixture
def second(tmp_path):
    with Library.open(tmp_path / "second office", assessor="HR 陈晨") as opened:
        yield opened


def states(library):
    with library.reading() as session:
        return [item.state for item in listing.items(session)]


def asked(library):
    return [card for card in open_cards(library) if card.kind == SIGNATURE]


def test_an_interview_that_was_pulled_before_it_came_in_a_package_stops_nothing(
    office, second, laptop, stick, connect, tmp_path
):
    made = laptop.save_interview(an_interview(laptop.save_candidate(Candidate("", "秦𠮷雅"))))
    sign(laptop, made.id)
    file = stick / "results.mianjian"
    write_package(laptop, Choice(Kind.RESULTS, (made.id,)), file)
    take_package(office, file)
    assert connect(office).run_once().complete
    there = connect(second)
    there.run_once()
    assert named(second, "秦𠮷雅").remote_id
    take_package(second, file)
    assert there.run_once().complete
    assert there.run_once().sent == 0
    assert counted(tmp_path, "assessment") == 1
    carry(second, laptop, stick, Kind.RECEIPTS)
    assert set(states(laptop)) == {State.DONE}


def test_a_signed_revision_that_somebody_decided_on_is_asked_once(office, laptop, stick):
    planned = office.save_interview(an_interview(office.save_candidate(Candidate("", "秦"))))
    out(office, laptop, stick, planned.id)
    sign(laptop, planned.id, summary="笔记本上")
    office.assessor = "李静"
    sign(office, planned.id, summary="办公室里")
    home(laptop, office, stick, planned.id)
    (card,) = asked(office)
    decide(office, card.id, Side.MINE)
    home(laptop, office, stick, planned.id)
    assert asked(office) == []
    sign(laptop, planned.id, summary="再看一遍")
    sign(office, planned.id, summary="也再看一遍")
    home(laptop, office, stick, planned.id)
    assert [card.field for card in asked(office)] == ["revision 2"], "another revision is another question"


def test_moves_of_an_interview_that_has_another_id_here_are_confirmed(office, laptop, stick, connect):
    service = connect(office)
    service.run_once()
    connect(laptop).run_once()
    there = named(laptop, "Emma Clarke")
    sign(laptop, there.id)
    home(laptop, office, stick, there.id)
    assert service.run_once().complete
    carry(office, laptop, stick, Kind.RECEIPTS)
    assert set(states(laptop)) == {State.DONE}
