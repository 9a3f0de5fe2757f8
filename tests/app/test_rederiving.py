"""An interview of the library derived again in a real child: questions matched by hand, suggestions accepted."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from analysis import provenance
from analysis.document import CorrectionKind
from analysis.language.meaning import FILE
from analysis.pipeline import allowed
from analysis.request import Glossary, Term
from analysis.shelf import Shelf
from app.domain.types import Candidate, Position
from app.jobs.analysis import InterviewAnalysis
from app.store import Library
from app.store.importing import import_file
from app.store.recordings import Belonging
from tests.analysis.ideal import request, scripted
from tests.clips import cut

TURNS = (
    ("interviewer", "请先介绍一下你自己。"),
    ("candidate", "您好，我是后端工程师，有五年的工作经验，主要做订单系统。"),
    ("interviewer", "说说你最有成就感的一个项目。"),
    ("candidate", "我把系统拆成了八个为服务，平均响应时间缩短了一半。"),
)
KIT = ("请做一个自我介绍", "说说你最有成就感的一个项目", "你期望的薪资是多少？")

pytestmark = pytest.mark.slow


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", assessor="李娜") as opened:
        yield opened


@pytest.fixture
def interview_id(library, sample, tmp_path):
    """An interview with a recording, whose finished stages are those of a script."""
    position = library.save_position(Position("", "后端", keywords=("微服务",), questions=KIT))
    candidate = library.save_candidate(Candidate("", "张伟"))
    clip = cut(sample / "sample_zh.mp4", tmp_path / "clip.mp4", 2)
    belonging = Belonging(position_id=position.id, candidate_id=candidate.id)
    interview = import_file(library, clip, belonging=belonging).interview
    observe(library.vault.derived(interview.media.sha256) / "observed", interview.media.sha256)
    return interview.id


def observe(folder: Path, sha256: str) -> None:
    seen = scripted("zh", *TURNS)
    media = replace(seen.media, sha256=sha256)
    asked = request("zh", terms=(Term("微服务"),))
    assert allowed(asked, media) == (True, False)
    folder.mkdir(parents=True)
    shelf = Shelf(folder)
    for name in ("sound", "text", "speakers", "prosody"):
        shelf.put(name, "0", getattr(seen, name), 1.0)
    shelf.finish(media, provenance.provenance(asked, (), "cpu", {}), ("sound", "text", "speakers", "prosody"))


def rederived(library, interview_id):
    InterviewAnalysis(library, interview_id).rederive(lambda _: None, threading.Event())
    return library.load_analysis(interview_id).analysis


def test_a_question_matched_by_hand_and_an_accepted_suggestion_come_out_of_the_child(library, interview_id):
    first = rederived(library, interview_id)
    assert [e.matched_question and e.matched_question.id for e in first.exchanges] == ["q1", "q2"]
    assert [len(e.candidates) for e in first.exchanges] == [3, 3]
    asked, (offered,) = first.exchanges[1].question, first.suggestions
    match = library.add_correction(interview_id, CorrectionKind.QUESTION, asked.start, asked.end, "q2", "q3")
    library.add_correction(interview_id, CorrectionKind.WORD, offered.start, offered.end, offered.before, offered.after)
    second = rederived(library, interview_id)
    assert [e.matched_question.id for e in second.exchanges] == ["q1", "q3"]
    assert second.exchanges[1].matched_question.text == KIT[2]
    assert second.suggestions == ()
    assert {(use.glossary, use.exact, use.fuzzy) for use in second.terms if use.term == "微服务"} == {
        ("", 1, 0), ("software", 1, 0),
    }  # fmt: skip
    assert second.missing == first.missing
    library.revert_correction(match.id)
    assert [e.matched_question.id for e in rederived(library, interview_id).exchanges] == ["q1", "q2"]


def test_a_name_comes_out_of_the_child_in_the_document_and_in_the_files(library, interview_id):
    turn = next(turn for turn in rederived(library, interview_id).speakers.turns if turn.speaker == "S1")
    given = library.add_correction(interview_id, CorrectionKind.NAME, turn.start, turn.end, "S1", "李 静")
    assert rederived(library, interview_id).speakers.names == {"S1": "李 静"}
    folder = library.analysis_folder(interview_id)
    assert "<v 李 静>" in (folder / "transcript.vtt").read_text("utf-8")
    assert " 李_静 " in (folder / "speakers.rttm").read_text("utf-8")
    library.revert_correction(given.id)
    assert rederived(library, interview_id).speakers.names == {}
    assert "<v interviewer>" in (library.analysis_folder(interview_id) / "transcript.vtt").read_text("utf-8")


def test_what_was_encoded_is_kept_beside_the_stages_and_the_glossaries_are_recorded(library, interview_id):
    first = rederived(library, interview_id)
    folder = library.vault.derived(library.interview(interview_id).media.sha256) / "observed"
    assert (folder / FILE).is_file()
    assert "software: " in first.provenance.settings["glossaries"]
    (library.folder / "glossaries").mkdir()
    own = 'id = "orders"\nterms = ["订单系统"]\n[title]\nzh = "订单"\nen = "Orders"\n'
    (library.folder / "glossaries" / "orders.toml").write_text(own, "utf-8")
    second = rederived(library, interview_id)
    assert ("orders", "订单系统", 1) in {(use.glossary, use.term, use.exact) for use in second.terms}
    assert second.provenance.settings["glossaries"] != first.provenance.settings["glossaries"]
    assert second.id != first.id


def test_the_record_of_settings_names_each_glossary_with_a_digest():
    one = provenance.settings(request("zh", glossaries=(Glossary("a", (Term("微服务"),)),)))["glossaries"]
    two = provenance.settings(request("zh", glossaries=(Glossary("a", (Term("微服务", ("x",)),)),)))["glossaries"]
    assert one.startswith("a: 1 (")
    assert one != two
