"""Visible expression by an outside service: the candidate's face alone leaves, and what comes back is described."""

from __future__ import annotations

import base64
import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

from analysis.derive import Derived
from analysis.derive.voice import track_length
from analysis.document import TrackInfo
from analysis.export import write_all
from analysis.failures import Cancelled, Failure
from app import policy, text
from app.domain.enrichment import EnrichmentKind
from app.domain.outside import DATA, Data, Purpose
from app.enrichment.findings import Findings
from app.enrichment.wording import expression_lines, method_line
from app.failures import ConsentMissing, NoAnswers, OutsideForbidden, OutsideOff
from app.jobs.enriching import WORKS
from app.outside.gate import allowed
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store import Library
from app.store.importing import import_file
from tests.app import outside
from tests.app.interviews import analysed
from tests.clips import cut
from tests.service_server import ServiceServer

KIND = EnrichmentKind.OUTSIDE_EXPRESSION
BOX = {"box_x": 0.4, "box_y": 0.2, "box_w": 0.2, "box_h": 0.3}


@pytest.fixture(scope="module")
def clip(tmp_path_factory, sample):
    return cut(sample / "sample_zh.mp4", tmp_path_factory.mktemp("clip") / "四.mp4", 20.0)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "data", assessor="李静") as opened:
        yield opened


def analyse(library, interview_id, boxes=BOX):
    """A document of one answer at 5..13 s, in which the face stays where it is."""
    base = analysed(answers=1)
    length = track_length(base.media.duration)
    tracks = {name: np.full(length, value, np.float32) for name, value in boxes.items()}
    infos = {name: TrackInfo("share", "face", 5.0, 1.0) for name in boxes}
    folder = library.vault.derived("e" * 64) / "analysis-1"
    write_all(folder, Derived(replace(base, tracks=infos), tracks))
    library.record_analysis(interview_id, folder)


@pytest.fixture
def interview_id(library, clip):
    made = import_file(library, clip).interview.id
    analyse(library, made)
    return made


@pytest.fixture
def server():
    with ServiceServer() as running:
        yield running


@pytest.fixture
def ready(library, interview_id, server, monkeypatch):
    outside.open_gate(library, interview_id, server, Purpose.EXPRESSION, monkeypatch)


def run(library, interview_id, stop=None):
    return WORKS[KIND](library, interview_id)(lambda _: None, stop or threading.Event())


def test_only_the_face_leaves_and_only_in_answers(library, interview_id, ready, server):
    made = run(library, interview_id)
    assert [sample.time_s for sample in made.body.samples] == [7.0, 11.0]
    assert made.body.samples[0].values == {"happy": 0.25, "neutral": 0.75}
    assert made.method.place == server.host
    for came in server.came:
        assert set(came.json) == {"image", "model"}
        raw = base64.b64decode(came.json["image"])
        height, width = cv2.imdecode(np.frombuffer(raw, np.uint8), cv2.IMREAD_COLOR).shape[:2]
        assert raw.startswith(b"\xff\xd8")
        assert max(height, width) <= 512
        assert b"Exif" not in raw
    assert list((library.vault.folder / "incoming").iterdir()) == []


def test_it_is_shown_with_its_source_and_scored_nowhere(library, interview_id, ready, each_language):
    before = ReviewSession(library, interview_id).card()
    made = run(library, interview_id)
    assert text.tr("enrich.quotes_checked") not in method_line(made)
    review = ReviewSession(library, interview_id)
    shown = Findings(review).of(KIND)
    assert [line["what"] for line in expression_lines(shown.expression)] == ["neutral 75 % · happy 25 % (2)"]
    assert review.card() == before
    assert text.tr("enrich.outside_expression_title")


def test_pictures_may_leave_in_no_jurisdiction_but_by_separate_consent(library, interview_id, server, monkeypatch):
    assert [name for name in policy.profiles() if allowed(policy.profile(name), Purpose.EXPRESSION)] == ["CN"]
    assert DATA[Purpose.EXPRESSION] is Data.PICTURES
    with pytest.raises(OutsideOff):
        run(library, interview_id)
    outside.open_gate(library, interview_id, server, Purpose.EXPRESSION, monkeypatch)
    library.record_consent(interview_id, ("speech", "face"), "v1", "x")
    with pytest.raises(ConsentMissing):
        run(library, interview_id)
    for name in ("EU", "US", "strictest"):
        SettingsFile(library.folder).change(jurisdiction=name)
        with pytest.raises(OutsideForbidden):
            run(library, interview_id)
    assert server.came == []


def test_where_no_face_was_found_there_is_nothing_to_send(library, clip, server, monkeypatch):
    interview_id = import_file(library, clip).interview.id
    analyse(library, interview_id, dict.fromkeys(BOX, np.nan))
    outside.open_gate(library, interview_id, server, Purpose.EXPRESSION, monkeypatch)
    with pytest.raises(NoAnswers):
        run(library, interview_id)
    assert server.came == []


def test_failures_and_cancelling(library, interview_id, ready, server):
    server.fault = "html"
    with pytest.raises(Failure) as caught:
        run(library, interview_id)
    assert caught.value.code == "service_nonsense"
    server.fault, stop = "slow", threading.Event()
    server.asked.clear()
    threading.Thread(target=lambda: (server.asked.wait(30), stop.set())).start()
    with pytest.raises(Cancelled):
        run(library, interview_id, stop)
    assert library.enrichment(interview_id, KIND) is None
