"""Several assessors of one interview share its aggregate: what is newest or agreed on is asked of each one's own."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import update

from sync import listing, outbox, pruning, tables, untold
from sync.outbox import Kind, Resolution, State
from tests.sync.ehr import enqueue_assessment, enqueue_interview

NOW = 1_770_000_000.0


@pytest.fixture
def two(sessions):
    """An interview that two have assessed, the first in two revisions; gives the ids of their assessments."""
    with sessions() as session:
        interview, first = enqueue_interview(session)
        other = str(uuid4())
        enqueue_assessment(session, interview, first, 2)
        enqueue_assessment(session, interview, other, 1)
    return first, other


def settle(sessions, resolution=None, state=State.DONE):
    with sessions() as session:
        values = {"state": state.value, "done_at": NOW, "resolution": resolution and resolution.value}
        session.execute(update(tables.outbox).values(**values))


def of(session, assessment, revision):
    return outbox.find(session, Kind.ASSESSMENT, f"{assessment}:{revision}")


def test_what_was_held_back_of_each_is_offered(two, sessions):
    settle(sessions, Resolution.NOT_TOLD)
    with sessions() as session:
        assert untold.to_tell(session, ("assessment",))[Kind.ASSESSMENT] == 2
        untold.tell(session, ("assessment",), lambda: NOW)
        states = [of(session, two[0], 1).state, of(session, two[0], 2).state, of(session, two[1], 1).state]
    assert states == [State.DONE, State.PENDING, State.PENDING]


def test_files_are_made_of_the_newest_revision_of_each(two, sessions):
    with sessions() as session:
        found = [item.external_id for item in listing.newest_assessments(session, 0.0, "report")]
    assert found == [f"{two[0]}:2", f"{two[1]}:1"]


def test_agreed_on_is_never_what_another_one_signed(two, sessions):
    settle(sessions)
    with sessions() as session:
        assert listing.last_agreed(session, of(session, two[1], 1)) is None
        assert listing.last_agreed(session, of(session, two[0], 2)).external_id == f"{two[0]}:1"


def test_the_newest_result_of_each_is_kept(two, sessions):
    settle(sessions)
    with sessions() as session:
        pruning.prune_payloads(session, NOW + 1)
        pruned = {item.external_id for item in listing.items(session) if item.pruned and item.kind is Kind.ASSESSMENT}
    assert pruned == {f"{two[0]}:1"}
