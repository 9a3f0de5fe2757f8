"""Each event sits in the window where a person hears or sees it: on the lanes of the review room, against the truth.

The first minutes of one labelled interview a language, analysed as a whole with the position's terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from analysis.language.script import folded
from tests.accuracy.analyses import Analysed, Analyses
from tests.accuracy.corpus import Corpus, Interview
from tests.accuracy.findings import PAUSE_WITHIN_S, TERM_WITHIN_S
from tests.clips import cut
from ui.review.lane import Lane, Mark, View
from ui.review.lane_list import lanes_of
from ui.review.model import Recording

pytestmark = [pytest.mark.corpus, pytest.mark.slow, pytest.mark.timeout(900)]

SECONDS = 100.0
"""Both interviews have silences, terms and smiles within it."""
WIDTH = 20_000


@dataclass(frozen=True)
class Shown:
    """An interview's truth up to where it was cut, and the lanes that its analysis has in the window, by key."""

    truth: dict
    lanes: dict[str, Lane]

    def mark_at(self, lane: str, time_s: float) -> Mark | None:
        """What a person finds who points at a time of the timeline."""
        view = View(0.0, SECONDS, 120.0, WIDTH)
        return self.lanes[lane].mark_at(view, view.x(time_s))

    def before_cut(self, kind: str) -> list[dict]:
        """The true items that are over two seconds before the end."""
        return [item for item in self.truth[kind] if item["end"] < SECONDS - 2.0]


def beginning(interview: Interview, folder: Path) -> Interview:
    """The interview cut off, with its truth."""
    media = cut(interview.media, folder / interview.media.name, SECONDS)
    return Interview(media, interview.truth | {"duration_s": SECONDS}, interview.folder)


def lanes(analysed: Analysed) -> dict[str, Lane]:
    """The timeline's lanes of an analysis."""
    tracks = analysed.derived.tracks
    recording = Recording(analysed.analysis, tracks, tracks["peaks"])
    return {lane.key: lane for lane in lanes_of(recording, lambda: ())}


@pytest.fixture(scope="module", params=["zh", "en"])
def shown(request, corpus, tmp_path_factory) -> Shown:
    """The first development interview of each language."""
    folder = tmp_path_factory.mktemp(f"window-{request.param}")
    own = [i for i in Corpus(corpus).interviews if (i.folder, i.language) == ("dev", request.param)]
    interview = beginning(own[0], folder)
    return Shown(interview.truth, lanes(Analyses(folder).of(interview)))


def test_pauses_lie_where_the_silences_were_put_in(shown):
    silences = [s for s in shown.before_cut("inserted_silences") if s["kind"] == "within_answer"]
    assert len(silences) >= 3
    for silence in silences:
        mark = shown.mark_at("pauses", (silence["start"] + silence["end"]) / 2)
        assert mark is not None, silence
        assert mark.start == pytest.approx(silence["start"], abs=PAUSE_WITHIN_S)
        assert mark.end == pytest.approx(silence["end"], abs=PAUSE_WITHIN_S)


def test_terms_lie_where_they_are_said(shown):
    terms = [t for t in shown.before_cut("terms") if t["speaker"] == "candidate"]
    assert len(terms) >= 3
    marks = shown.lanes["terms"].marks()
    for term in terms:
        named = [m for m in marks if folded(term["term"]) in folded(m.text)]
        starts = [mark.start for mark in named]
        assert min((abs(start - term["time"]) for start in starts), default=9.0) <= TERM_WITHIN_S, (term, starts)


def test_smiles_lie_where_they_are_seen(shown):
    smiles = shown.before_cut("smiles")
    assert smiles
    marks = shown.lanes["smile"].marks()
    for mark in marks:
        assert any(mark.start < smile["end"] and smile["start"] < mark.end for smile in shown.truth["smiles"]), mark
    lost = [s for s in smiles if not any(mark.start < s["end"] and s["start"] < mark.end for mark in marks)]
    assert not lost


def test_every_mark_can_be_pointed_at_where_it_is_drawn(shown):
    for key in ("pauses", "terms", "smile"):
        for mark in shown.lanes[key].marks():
            found = shown.mark_at(key, (mark.start + mark.end) / 2)
            assert found is not None
            assert found.start <= (mark.start + mark.end) / 2 <= found.end
