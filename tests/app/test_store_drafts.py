"""Drafts: kept per interview, assessor and field, forgotten when given, and no part of what is audited."""

from __future__ import annotations

import pytest
import sqlalchemy

from app.failures import NotFound, ReadOnly
from app.store import Library
from tests.app.interviews import reviewable


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="li") as opened:
        yield opened


@pytest.fixture
def interview_id(library):
    return reviewable(library)


@pytest.mark.parametrize("body", [[12.5, "半句 <b>"], {"a": None}, "x", 0, False])
def test_what_json_can_hold_is_kept_as_it_is(library, interview_id, body):
    library.keep_draft(interview_id, "comment", body)
    assert library.draft(interview_id, "comment") == body


def test_the_newest_holds_and_none_forgets(library, interview_id):
    heard, audited = [], library.audit()
    library.subscribe(lambda *what: heard.append(what))
    assert library.draft(interview_id, "comment") is None
    for words in ("h", "ha", "half"):
        library.keep_draft(interview_id, "comment", words)
    library.keep_draft(interview_id, "correction", "other")
    assert library.draft(interview_id, "comment") == "half"
    library.keep_draft(interview_id, "comment", None)
    library.keep_draft(interview_id, "comment", None)
    assert library.draft(interview_id, "comment") is None
    assert library.draft(interview_id, "correction") == "other"
    assert (heard, library.audit()) == ([], audited)


def test_each_assessor_sees_the_own_ones(library, interview_id):
    library.keep_draft(interview_id, "comment", "li's")
    library.assessor = "wang"
    assert library.draft(interview_id, "comment") is None
    library.keep_draft(interview_id, "comment", "wang's")
    library.assessor = "li"
    assert library.draft(interview_id, "comment") == "li's"


def test_they_outlive_the_program_and_are_only_read_where_others_write(library, interview_id):
    library.keep_draft(interview_id, "comment", "half")
    with Library.open(library.folder, read_only_if_held=True, assessor="li") as reader:
        assert reader.draft(interview_id, "comment") == "half"
        with pytest.raises(ReadOnly):
            reader.keep_draft(interview_id, "comment", None)
    library.close()
    with Library.open(library.folder, assessor="li") as again:
        assert again.draft(interview_id, "comment") == "half"


def test_they_belong_to_an_interview(library, interview_id):
    with pytest.raises(NotFound):
        library.keep_draft("gone", "comment", "x")
    with library.reading() as session:
        keys = list(session.execute(sqlalchemy.text("PRAGMA foreign_key_list(draft)")))
    assert [(key[2], key[3]) for key in keys] == [("interview", "interview_id")]
