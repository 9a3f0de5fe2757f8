"""Analyses of an interview: kept in the vault, the newest one is the current one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from analysis.export import DocumentDamaged, DocumentMissing, write_all
from app.domain.types import AnalysisState, Candidate
from app.failures import NotAnalysed, NotFound
from app.store import Library
from tests.app.interviews import derived
from tests.app.test_store_library import an_interview


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def interview_id(library):
    return library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann")))).id


def write(folder, analysis_id):
    document = derived()
    write_all(folder, replace(document, analysis=replace(document.analysis, id=analysis_id)))
    return folder


def test_an_analysis_is_kept_in_the_vault(library, interview_id, tmp_path):
    folder = write(tmp_path / "made elsewhere", "a" * 64)
    library.record_analysis(interview_id, folder)
    kept = library.analysis_folder(interview_id)
    assert kept.is_relative_to(library.vault.folder)
    assert folder.is_dir()
    interview = library.interview(interview_id)
    assert (interview.analysis_state, interview.analysis_id) == (AnalysisState.DONE, "a" * 64)
    loaded, made = library.load_analysis(interview_id), derived()
    assert loaded.analysis == made.analysis
    np.testing.assert_array_equal(loaded.tracks["pitch"], made.tracks["pitch"])


def test_a_folder_in_the_vault_stays_where_it_is(library, interview_id):
    folder = write(library.vault.derived("b" * 64) / "analysis-1", "a" * 64)
    library.record_analysis(interview_id, folder)
    assert library.analysis_folder(interview_id) == folder.resolve()


def test_the_newest_is_current_even_when_the_clock_goes_back(library, interview_id, monkeypatch):
    base = library.vault.derived("b" * 64)
    for number in range(3):
        clock = datetime(2026 - number, 1, 1, tzinfo=UTC)
        monkeypatch.setattr("app.store.analyses.now", lambda clock=clock: clock)
        library.record_analysis(interview_id, write(base / f"analysis-{number}", f"{number}" * 64))
        assert library.interview(interview_id).analysis_id == f"{number}" * 64
        assert library.load_analysis(interview_id).analysis.id == f"{number}" * 64


def test_what_is_no_analysis_is_not_recorded(library, interview_id, tmp_path):
    with pytest.raises(DocumentMissing):
        library.record_analysis(interview_id, tmp_path)
    (tmp_path / "analysis.json").write_text("{}")
    with pytest.raises(DocumentDamaged):
        library.record_analysis(interview_id, tmp_path)
    with pytest.raises(NotAnalysed):
        library.load_analysis(interview_id)
    with pytest.raises(NotFound):
        library.analysis_folder("nobody")
