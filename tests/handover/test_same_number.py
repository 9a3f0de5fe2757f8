"""One person who signs one number on two computers: both are kept, a person decides, and nothing waits for ever."""

from __future__ import annotations

import json

import pytest

from app.handover.cards import SIGNATURE, decide, open_cards
from app.handover.package import Kind
from sync import listing
from sync.conflicts import Choice
from sync.outbox import Kind as ItemKind
from sync.outbox import Resolution, State
from tests.handover.conftest import carry, home, sign
from tests.handover.test_carried import at_ehr
from tests.handover.test_carried import planned as planned


def revisions(library):
    """The laptop's or office's signed revisions in the outbox: number, state and how each was settled."""
    with library.reading() as session:
        found = [item for item in listing.items(session) if item.kind is ItemKind.ASSESSMENT]
    rows = [(json.loads(item.payload)["revision"], item.state, item.resolution) for item in found]
    return sorted(rows, key=lambda row: row[0])


def asked(library):
    return [card for card in open_cards(library) if card.kind == SIGNATURE]


def summaries(tmp_path):
    bodies = [json.loads(body) for (body,) in at_ehr(tmp_path, "select body from assessment order by rowid")]
    return [body["summary"] for body in bodies]


@pytest.fixture
def both(office, laptop, stick, planned):
    """Signed by 李静 with number 1 at the office, and otherwise on her laptop; the office has both."""
    interview, service = planned
    office.assessor = "李静"
    sign(office, interview.id, summary="办公室里")
    sign(laptop, interview.id, summary="笔记本上")
    home(laptop, office, stick, interview.id)
    return interview, service


def tell(office, laptop, stick):
    return carry(office, laptop, stick, Kind.RECEIPTS)[1]


def test_it_waits_only_as_long_as_nobody_has_decided(office, laptop, stick, both):
    _, service = both
    assert service.run_once().complete
    tell(office, laptop, stick)
    assert revisions(laptop) == [(1, State.HANDED, None)]
    assert len(asked(office)) == 1


def test_what_is_kept_here_settles_the_other_one_there(office, laptop, stick, both, tmp_path):
    _, service = both
    decide(office, asked(office)[0].id, Choice.MINE)
    assert service.run_once().complete
    tell(office, laptop, stick)
    assert revisions(laptop) == [(1, State.DONE, Resolution.THEIRS)]
    assert summaries(tmp_path) == ["办公室里"]
    assert tell(office, laptop, stick).confirmed == 0, "the same again is nothing"


def test_the_other_one_is_sent_once_as_the_next_revision(office, laptop, stick, both, tmp_path):
    interview, service = both
    decide(office, asked(office)[0].id, Choice.THEIRS)
    assert service.run_once().complete
    tell(office, laptop, stick)
    assert revisions(laptop) == [(1, State.DONE, Resolution.NEW_REVISION)]
    assert summaries(tmp_path) == ["笔记本上"], "the first had not left yet"
    assert service.run_once().sent == 0
    home(laptop, office, stick, interview.id)
    assert asked(office) == []


def test_a_later_revision_of_the_same_person_says_it_better(office, laptop, stick, both, tmp_path):
    interview, service = both
    sign(laptop, interview.id, summary="再看一遍")
    home(laptop, office, stick, interview.id)
    assert asked(office) == [], "nobody has to decide about what she has replaced herself"
    assert service.run_once().complete
    tell(office, laptop, stick)
    assert revisions(laptop) == [(1, State.DONE, Resolution.SUPERSEDED), (2, State.DONE, None)]
    assert summaries(tmp_path) == ["再看一遍"]
    signed = [json.loads(one.payload)["summary"] for one in laptop.assessment(interview.id).signatures]
    assert signed == ["笔记本上", "再看一遍"], "nothing that was signed is lost"


def test_what_the_laptop_signed_after_the_office_sent_asks_all_the_same(office, laptop, stick, planned, tmp_path):
    interview, service = planned
    office.assessor = "李静"
    sign(office, interview.id, summary="办公室里")
    assert service.run_once().complete
    sign(laptop, interview.id, summary="笔记本上")
    home(laptop, office, stick, interview.id)
    tell(office, laptop, stick)
    assert revisions(laptop) == [(1, State.HANDED, None)]
    decide(office, asked(office)[0].id, Choice.THEIRS)
    assert service.run_once().complete
    tell(office, laptop, stick)
    assert revisions(laptop) == [(1, State.DONE, Resolution.NEW_REVISION)]
    assert summaries(tmp_path)[-1] == "笔记本上"
