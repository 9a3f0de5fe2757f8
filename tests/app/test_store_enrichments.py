"""Enrichments in the library: what goes in comes out, the newest one holds, and who may be compared with whom."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from analysis.document import CorrectionKind
from analysis.export import write_all
from app.domain.enrichment import (
    AnswerNovelty,
    Basis,
    Claim,
    Claims,
    Dropped,
    EnrichmentKind,
    Method,
    NewSentence,
    NoNovelty,
    Novelty,
)
from app.domain.types import Candidate, Position
from app.failures import NotAnalysed, NotFound, ReadOnly
from app.store import Library, migrating
from tests.app.interviews import derived, reviewable
from tests.app.test_store_library import an_interview

BASIS = Basis("a" * 64, None, "b" * 64)
METHOD = Method("language_model", "小模型:7b", "b4000", "server", "1 " + "c" * 64, {"temperature": "0"})
CLAIMS = Claims((Claim("logic", "拆分系统", "首先我用负载均衡", 0, 5.0, 8.2),), {Dropped.NOT_SAID: 2}, 1, 0, 1)
NOVELTY = Novelty(
    (
        AnswerNovelty(0, 5.0, 4, 3, 2, 0.5, (NewSentence("𠮷", 5.0, 6.0, 0.21),)),
        AnswerNovelty(1, 25.0, 2, 3, why=NoNovelty.TOO_FEW),
    ),
    3,
)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "资料库", assessor="李娜") as opened:
        yield opened


def test_what_goes_in_comes_out_and_the_newest_holds(library):
    interview_id = reviewable(library)
    assert library.enrichment(interview_id, EnrichmentKind.NOVELTY) is None
    told = []
    library.subscribe(lambda *change: told.append(change))
    first = library.add_enrichment(interview_id, BASIS, METHOD, NOVELTY)
    claims = library.add_enrichment(interview_id, BASIS, METHOD, CLAIMS)
    second = library.add_enrichment(interview_id, replace(BASIS, correction_id="x"), METHOD, Novelty((), 3))
    assert (first.body, first.basis, first.method, first.number, first.assessor) == (NOVELTY, BASIS, METHOD, 1, "李娜")
    assert library.enrichment(interview_id, EnrichmentKind.NOVELTY) == second
    assert library.enrichment(interview_id, EnrichmentKind.CLAIMS) == claims
    assert library.enrichment_history(interview_id, EnrichmentKind.NOVELTY) == (first, second)
    assert (second.number, claims.number, claims.body) == (2, 1, CLAIMS)
    assert told == [("enrichment", interview_id)] * 3
    actions = [entry.action for entry in library.audit(interview_id)]
    assert actions[-3:] == ["enriched_novelty", "enriched_claims", "enriched_novelty"]


def test_nothing_is_kept_for_nobody_or_read_only(library, tmp_path):
    with pytest.raises(NotFound):
        library.add_enrichment("nobody", BASIS, METHOD, CLAIMS)
    with (
        Library.open(library.folder, read_only_if_held=True) as reader,
        pytest.raises(ReadOnly),
    ):
        reader.add_enrichment("nobody", BASIS, METHOD, CLAIMS)


words = st.text(st.characters(codec="utf-8"), max_size=20)
seconds = st.floats(0, 1e5)


@given(
    st.builds(
        Claims,
        st.lists(st.builds(Claim, words, words, words, st.integers(0, 99), seconds, seconds)).map(tuple),
        st.dictionaries(st.sampled_from(Dropped), st.integers(1, 99)),
        st.integers(0, 9),
        st.integers(0, 9),
        st.integers(0, 9),
    )
)
def test_every_body_survives_its_json(body):
    kept = msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(body)))
    assert msgspec.convert(kept, Claims) == body


def test_an_analysis_names_the_correction_that_it_was_derived_with(library):
    interview_id = reviewable(library, analyse=False)
    with pytest.raises(NotAnalysed):
        library.analysis_basis(interview_id)
    assert library.last_correction(interview_id) is None
    correction = library.add_correction(interview_id, CorrectionKind.WORD, 1.0, 2.0, "a", "b")
    record(library, interview_id)
    assert library.analysis_basis(interview_id) == Basis("a" * 64, None)
    record(library, interview_id, correction.id)
    assert library.analysis_basis(interview_id) == Basis("a" * 64, correction.id)
    inverse = library.revert_correction(correction.id)
    assert library.last_correction(interview_id) == inverse.id
    assert library.analysis_basis(interview_id) == Basis("a" * 64, correction.id)


def record(library, interview_id, correction_id=None):
    folder = library.vault.derived("e" * 64) / f"analysis-{len(list(library.vault.derived('e' * 64).iterdir()))}"
    made = derived()
    write_all(folder, replace(made, analysis=replace(made.analysis, correction=correction_id)))
    library.record_analysis(interview_id, folder)


def of(library, name, position, sha=None):
    """An analysed interview of a candidate."""
    candidate = library.find_candidate(name=name) or library.save_candidate(Candidate("", name))
    interview = library.save_interview(an_interview(candidate, position))
    record(library, interview.id)
    return interview.id


def test_only_others_for_the_same_position_are_comparable(library):
    position = library.save_position(Position("", "后端"))
    own = of(library, "王", position)
    of(library, "王", position)
    of(library, "赵", library.save_position(Position("", "前端")))
    of(library, "孙", None)
    library.save_interview(an_interview(library.save_candidate(Candidate("", "钱")), position))
    others = {of(library, "李", position), of(library, "周", position)}
    assert {one.interview_id for one in library.comparable(own)} == others
    assert all(one.consent is None for one in library.comparable(own))
    assert library.comparable(of(library, "吴", None)) == ()
    with pytest.raises(NotFound):
        library.comparable("nobody")


def test_the_newest_analysis_and_consent_of_each_other_count(library):
    position = library.save_position(Position("", "后端"))
    own, other = of(library, "王", position), of(library, "李", position)
    correction = library.add_correction(other, CorrectionKind.WORD, 1.0, 2.0, "a", "b")
    record(library, other, correction.id)
    library.record_consent(other, ("speech", "face"), "v1", "李")
    library.record_consent(other, (), "v1", "李")
    (found,) = library.comparable(own)
    assert (found.basis, found.consent) == (Basis("a" * 64, correction.id), ())
    assert found.folder == str(library.analysis_folder(other))


def test_a_library_of_the_version_before_knows_what_its_analyses_had_seen(tmp_path):
    """Corrections made before an analysis was recorded were in it, later ones were not."""
    (tmp_path / "old").mkdir()
    engine = create_engine(f"sqlite:///{tmp_path / 'old' / 'library.sqlite3'}")
    with engine.connect() as connection:
        configuration = migrating.alembic_config()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "0003")
    with engine.begin() as connection:
        for statement in OLD_ROWS:
            connection.exec_driver_sql(statement)
    engine.dispose()
    with Library.open(tmp_path / "old") as library:
        assert library.analysis_basis("i") == Basis("d" * 64, "k2")
        assert library.last_correction("i") == "k3"
        kept = library.add_enrichment("i", BASIS, METHOD, CLAIMS)
        assert library.enrichment("i", EnrichmentKind.CLAIMS) == kept
    (backup,) = (tmp_path / "old" / "backups").iterdir()
    assert migrating.revision_of(backup) == "0003"


OLD_ROWS = (
    "INSERT INTO candidate (id, created, changed, assessor, version, name, email, phone) "
    "VALUES ('c', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 'x', 1, '老张', '', '')",
    "INSERT INTO interview (id, created, changed, assessor, version, title, round, status, candidate_id, time_zone, "
    "analysis_state, signed, search) VALUES ('i', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000', 'x', 1, "
    "'一面', 1, 'to_review', 'c', 'UTC', 'done', 0, '')",
    "INSERT INTO analysis (id, created, assessor, interview_id, document_id, folder, recorded) VALUES "
    f"('n', '2026-01-03 00:00:00.000000', 'x', 'i', '{'d' * 64}', 'derived/n', '2026-01-03 00:00:00.000000')",
    *(
        "INSERT INTO correction (id, created, assessor, serial, interview_id, kind, start, end, before, after) VALUES "
        f"('k{n}', '2026-01-0{n} 12:00:00.000000', 'x', {n}, 'i', 'word', 1, 2, 'a', 'b')"
        for n in (1, 2, 3)
    ),
)
