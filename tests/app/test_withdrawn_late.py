"""A candidate who takes consent back in the very moment in which a file arrives: what lies there is told, not held."""

from __future__ import annotations

import pytest

from app import text
from app.sync_state import entry
from sync import tables, withholding
from sync.outbox import Kind, Resolution, State
from tests.app.hr import sign
from tests.app.test_attaching import files
from tests.app.test_attaching import interview as interview
from tests.app.test_withdrawn_files import ALL, agree, by_role, items, waiting


@pytest.fixture
def transcript(library, service, interview):
    """It is one piece; calls a function when that has arrived, before anybody here has heard of it."""
    waiting(library, service, interview.id, ("transcript",))
    service._settings.profiles.mkdir()
    one = 'base = "sandbox"\nname = "one"\nsend = ["status", "assessment", "transcript"]\n'
    (service._settings.profiles / "one.toml").write_text(one)
    service._settings.change(ehr_profile="one")
    record = service.book.record

    def when_it_arrives(do):
        def recorded(exchange):
            record(exchange)
            if exchange.method == "PATCH":
                do()

        service.book.record = recorded

    return when_it_arrives


def test_a_file_that_is_there_as_a_whole_has_arrived(library, service, sandbox, interview, transcript):
    transcript(lambda: agree(library, interview.id))
    service.run_once()
    assert set(files(sandbox)) == {"transcript"}
    found = items(library)["transcript"]
    assert (found.state, found.resolution) == (State.DONE, Resolution.WITHDRAWN)
    assert len(service.lying_there()[0].files) == 1


def test_it_is_not_sent_again_when_the_program_ends_in_that_moment(library, service, sandbox, transcript):
    transcript(service._stop.set)
    service.run_once()
    assert set(files(sandbox)) == {"transcript"}
    assert items(library)["transcript"].state is State.DONE


def test_one_that_may_have_arrived_says_so(library, service, interview):
    waiting(library, service, interview.id, ("transcript",))
    with library.session() as session:
        where = tables.outbox.c.kind == Kind.ATTACHMENT.value
        session.execute(tables.outbox.update().where(where).values(uncertain=True))
    agree(library, interview.id)
    assert by_role(service)["transcript"].sentence.endswith(text.tr("sync.held_unsure"))
    item = items(library)["transcript"]
    assert (item.state, item.last_error) == (State.HELD, withholding.WITHDRAWN)
    assert entry(item, "", interview.id).sentence.endswith(text.tr("sync.held_unsure"))


@pytest.mark.parametrize("before", [("face",), ()])
def test_agreeing_again_after_the_signature_makes_no_file_of_what_was_not_agreed_to_then(
    before, library, service, sandbox, interview
):
    """The same where the program is started anew in between."""
    agree(library, interview.id, *ALL)
    agree(library, interview.id, *before)
    sign(library, interview.id)
    agree(library, interview.id, *ALL)
    service.run_once()
    assert files(sandbox) == {}
    sign(library, interview.id, "signed anew")
    service.run_once()
    assert len(files(sandbox)) == 4
