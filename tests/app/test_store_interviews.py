"""The list of interviews: search, filters, order; and its speed with 10,000 of them."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from app.domain.types import (
    AnalysisState,
    Candidate,
    InterviewOrder,
    InterviewQuery,
    InterviewStatus,
    Position,
)
from app.store import Library
from app.store.searching import folded
from app.store.tables import CandidateRow, InterviewRow, MediaRow, PositionRow
from tests.app.test_store_library import an_interview

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def three(library):
    engineer = library.save_position(Position("", "后端工程师"))
    names = ("张伟", "Anna Müller", "李 100%_\\")
    made = []
    for number, name in enumerate(names):
        plain = an_interview(library.save_candidate(Candidate("", name)), engineer if number < 2 else None)
        made.append(
            library.save_interview(replace(plain, title=f"第 {number} 轮", created=START + timedelta(days=number)))
        )
    library.set_status(made[1].id, InterviewStatus.TO_REVIEW)
    library.set_analysis_state(made[2].id, AnalysisState.FAILED)
    return [library.interview(one.id) for one in made]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (InterviewQuery(), (2, 1, 0)),
        (InterviewQuery(descending=False), (0, 1, 2)),
        (InterviewQuery(limit=1, offset=1), (1,)),
        (InterviewQuery(limit=None), (2, 1, 0)),
        (InterviewQuery(text="张"), (0,)),
        (InterviewQuery(text="ａｎｎａ MÜLLER"), (1,)),
        (InterviewQuery(text="工程师 第 1"), (1,)),
        (InterviewQuery(text="100%_\\"), (2,)),
        (InterviewQuery(text="%"), (2,)),
        (InterviewQuery(text="  "), (2, 1, 0)),
        (InterviewQuery(text="' OR 1=1 --"), ()),
        (InterviewQuery(status=InterviewStatus.TO_REVIEW), (1,)),
        (InterviewQuery(analysis_state=AnalysisState.FAILED), (2,)),
        (InterviewQuery(signed=True), ()),
        (InterviewQuery(signed=False, order=InterviewOrder.CANDIDATE, descending=False), (1, 0, 2)),
        (InterviewQuery(order=InterviewOrder.STATUS), (1, 2, 0)),
        (InterviewQuery(order=InterviewOrder.POSITION, descending=False), (1, 0, 2)),
        (InterviewQuery(order=InterviewOrder.COMPOSITE), (2, 1, 0)),
        (InterviewQuery(order=InterviewOrder.DURATION), (2, 1, 0)),
    ],
)
def test_queries(library, three, query, found):
    assert [one.title for one in library.interviews(query)] == [three[number].title for number in found]
    assert library.count_interviews(replace(query, limit=None, offset=0)) >= len(found)


def test_search_follows_new_names(library, three):
    library.save_candidate(replace(three[0].candidate, name="欧阳伟"))
    library.save_position(replace(three[0].position, title="架构师"))
    assert library.interviews(InterviewQuery(text="张")) == ()
    assert [one.id for one in library.interviews(InterviewQuery(text="欧阳 架构"))] == [three[0].id]
    assert library.interview(three[0].id).version == three[0].version


def test_by_position_and_candidate(library, three):
    position, candidate = three[0].position, three[2].candidate
    assert library.count_interviews(InterviewQuery(position_id=position.id)) == 2
    assert library.interviews(InterviewQuery(candidate_id=candidate.id)) == (three[2],)
    assert library.interviews_beginning(three[0].id[:13]) == (three[0].id,)
    assert library.interviews_beginning("") == ()


def fill(library, count):
    """Rows as they are after years of use, written in bulk."""
    surnames, given = "王李张刘陈杨黄赵吴周", ("伟", "芳", "娜", "敏", "静", "强", "磊", "洋")
    kept = {"created": START, "changed": START, "assessor": "a", "version": 1}
    positions = [{"id": f"p{n}", "title": f"职位 {n}", "keywords": ["a"], "questions": [], **kept} for n in range(40)]
    candidates = [{"id": f"c{n}", "name": surnames[n % 10] + given[n // 10 % 8] + str(n), **kept} for n in range(count)]
    media = [
        {"id": f"m{n}", "sha256": f"{n:064x}", "name": f"录像 {n}.mp4", "bytes": n, "duration_s": 3600.0, **kept}
        for n in range(count)
    ]
    interviews = [
        {
            "id": f"i{n}",
            "title": f"面试 {n}",
            "status": list(InterviewStatus)[n % 4],
            "candidate_id": f"c{n}",
            "position_id": f"p{n % 40}",
            "media_sha256": f"{n:064x}",
            "time_zone": "Asia/Shanghai",
            "signed": n % 4 == 3,
            "composite": n % 100 / 10,
            "search": f"面试 {n} {candidates[n]['name']} 职位 {n % 40} 录像 {n}.mp4",
            **(kept | {"created": START + timedelta(minutes=n)}),
        }
        for n in range(count)
    ]
    with library.session() as session:
        for table, rows in (
            (PositionRow, positions), (CandidateRow, candidates), (MediaRow, media), (InterviewRow, interviews),
        ):  # fmt: skip
            session.execute(insert(table), rows)


def test_ten_thousand_interviews(library, capsys):
    """The promise is 100 ms; the figures are printed, and held loosely for slow machines."""
    fill(library, 10_000)
    queries = {
        "newest 200": InterviewQuery(),
        "search": InterviewQuery(text="张芳"),
        "search, nothing found": InterviewQuery(text="nobody at all"),
        "filter": InterviewQuery(status=InterviewStatus.TO_REVIEW, position_id="p7"),
        "by candidate": InterviewQuery(order=InterviewOrder.CANDIDATE),
        "last page": InterviewQuery(offset=9_800),
    }
    for name, query in queries.items():
        took = []
        for _ in range(5):
            begun = time.thread_time()
            library.interviews(query)
            library.count_interviews(query)
            took.append((time.thread_time() - begun) * 1000)
        with capsys.disabled():
            print(f"\n10,000 interviews, {name}: {sorted(took)[2]:.0f} ms (list and count)", end="")
        assert sorted(took)[2] < 500


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("lasting")) as opened:
        yield opened


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=30))
def test_whatever_a_title_is_its_words_find_it(lasting, title):
    candidate = lasting.save_candidate(Candidate("", "C"))
    saved = lasting.save_interview(replace(an_interview(candidate), title=title))
    for word in (title, *title.split(), title.upper(), title.swapcase()):
        found = lasting.interviews(InterviewQuery(text=word, candidate_id=candidate.id))
        assert [one.title for one in found] == [title] or folded(word) not in folded(title)
    assert lasting.interview(saved.id).title == title
