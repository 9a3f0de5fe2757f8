"""Terms and scores from an outside service: asked over real HTTP, believed only where the candidate really said it."""

from __future__ import annotations

import json
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.failures import Cancelled, Failure
from app import cli, text
from app.domain.enrichment import Dropped, EnrichmentKind, OutsideScores
from app.domain.outside import Purpose
from app.enrichment.findings import Findings
from app.enrichment.outside import ScoreSieve, TermSieve
from app.enrichment.quotes import Quotable
from app.enrichment.standing import Outdated
from app.enrichment.wording import claims_summary, method_line
from app.failures import OutsideConsentMissing, OutsideForbidden, OutsideOff, OutsideUnconfirmed
from app.jobs.enriching import PURPOSES, WORKS
from app.review import ReviewSession
from app.settings import SettingsFile
from app.store import Library
from tests.app import outside
from tests.app.pool import KIT, OWN, analyse, filled
from tests.app.test_enrichment_quotes import document
from tests.service_server import KEY, ServiceServer

TERMS, SCORES = EnrichmentKind.OUTSIDE_TERMS, EnrichmentKind.OUTSIDE_SCORES
QUOTE = "把支付系统拆成了八个微服务"


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "资料 库", assessor="李静") as opened:
        yield opened


@pytest.fixture
def interview_id(library):
    return filled(library)


def reply(body) -> str:
    """A true term and a true score, and some that are none."""
    asked = body["messages"][1]["content"]
    if "维度：" in asked:
        one = {"exchange": 2, "dimension": "reasoning", "score": 7.25, "reason": "拆分清楚", "quote": QUOTE}
        rows = [
            one, one | {"score": 11}, one | {"dimension": "looks"}, one | {"quote": "我做过九个微服务系统"}, one,
            one | {"dimension": "communication", "score": 6, "exchange": 1}, "x", one | {"score": "8"},
        ]  # fmt: skip
        return f"```json\n{json.dumps({'scores': rows}, ensure_ascii=False)}\n```"
    one = {"term": "微服务", "quote": QUOTE, "exchange": 2}
    rows = [one, one | {"term": "区块链"}, one, one | {"exchange": 1}, {"term": "负载均衡"}, one | {"quote": KIT[1]}]
    return json.dumps({"terms": rows}, ensure_ascii=False)


@pytest.fixture
def server():
    with ServiceServer(reply=reply) as running:
        yield running


@pytest.fixture
def ready(library, interview_id, server, monkeypatch):
    for purpose in (Purpose.TERMS, Purpose.SCORING):
        outside.open_gate(library, interview_id, server, purpose, monkeypatch)


def run(library, interview_id, kind, stop=None):
    heard = []
    return WORKS[kind](library, interview_id)(heard.append, stop or threading.Event())


def test_terms(library, interview_id, ready, server):
    made = run(library, interview_id, TERMS)
    assert [(term.text, term.exchange, term.quote) for term in made.body.terms] == [("微服务", 1, QUOTE)]
    assert made.body.dropped == {
        Dropped.NOT_SAID: 2, Dropped.REPEATED: 1, Dropped.MALFORMED: 1, Dropped.OTHER_SPEAKER: 1
    }  # fmt: skip
    assert (made.method.name, made.method.place, made.method.model) == ("outside_service", server.host, "m-2026")
    assert made.method.settings["profile"].startswith("openai_terms ")
    assert len(server.came) == 1


def test_scores_stand_beside_and_count_nowhere(library, interview_id, ready):
    review = ReviewSession(library, interview_id)
    before = review.card()
    made = run(library, interview_id, SCORES)
    (score,) = made.body.scores
    assert (score.dimension_id, score.exchange, score.score, score.quote) == ("reasoning", 1, 7.2, QUOTE)
    assert made.body.dropped == {
        Dropped.MALFORMED: 3, Dropped.UNKNOWN_DIMENSION: 1, Dropped.NOT_SAID: 2, Dropped.REPEATED: 1
    }  # fmt: skip
    assert ReviewSession(library, interview_id).card() == before


def test_scores_stay_behind_the_veil(library, interview_id, ready):
    run(library, interview_id, SCORES)
    review = ReviewSession(library, interview_id)
    shown = Findings(review).of(SCORES)
    assert shown.scores.scores == ()
    assert "reasoning" in shown.veiled
    assert "拆分清楚" not in json.dumps(Findings(review).as_json(), ensure_ascii=False)
    review.rate("reasoning", 6)
    shown = Findings(ReviewSession(library, interview_id)).of(SCORES)
    assert [one.reason for one in shown.scores.scores] == ["拆分清楚"]
    assert shown.outdated is None


def test_a_new_analysis_makes_them_outdated(library, interview_id, ready):
    run(library, interview_id, TERMS)
    analyse(library, interview_id, OWN, analysis_id="d" * 64)
    assert Findings(ReviewSession(library, interview_id)).of(TERMS).outdated is Outdated.ANALYSIS


def test_the_candidates_name_does_not_go_along(library, interview_id, ready, server):
    run(library, interview_id, SCORES)
    sent = b"".join(came.body for came in server.came).decode()
    assert "王小雨" not in sent
    assert "李静" not in sent
    assert KEY not in sent


@pytest.mark.parametrize("kind", PURPOSES)
@pytest.mark.parametrize(("without", "failure"), [
    ("off", OutsideOff), ("consent", OutsideConsentMissing), ("law", OutsideForbidden), ("key", Failure),
    ("word", OutsideUnconfirmed),
])  # fmt: skip
def test_nothing_is_sent_without(library, interview_id, server, monkeypatch, kind, without, failure):
    purpose = PURPOSES[kind]
    outside.set_up(library, server, purpose, on=without != "off")
    outside.agree(library, interview_id, purpose, agreed=without != "consent")
    if without != "key":
        outside.give_key(monkeypatch, purpose)
    if without != "word":
        library.confirm_outside(interview_id, purpose, server.host)
    if without == "law":
        library.record_consent(interview_id, ("speech",), "v1", "x")
        SettingsFile(library.folder).change(jurisdiction="strictest")
    with pytest.raises(failure) as caught:
        run(library, interview_id, kind)
    assert text.sentence(caught.value)
    assert server.came == []
    assert library.enrichment(interview_id, kind) is None


def test_a_consent_to_one_purpose_is_none_to_another(library, interview_id, server, monkeypatch):
    outside.open_gate(library, interview_id, server, Purpose.TERMS, monkeypatch)
    outside.set_up(library, server, Purpose.SCORING)
    outside.give_key(monkeypatch, Purpose.SCORING)
    with pytest.raises(OutsideConsentMissing):
        run(library, interview_id, SCORES)
    assert server.came == []


@pytest.mark.parametrize(("fault", "code"), [
    ("401", "service_unauthorized"), ("html", "service_nonsense"), ("500", "service_busy"),
    ("drop", "service_unreachable"), ("other-shape", "service_empty"),
])  # fmt: skip
def test_failures_leave_what_was_there(library, interview_id, ready, server, fault, code):
    before = run(library, interview_id, TERMS)
    server.fault = fault
    with pytest.raises(Failure) as caught:
        run(library, interview_id, TERMS)
    assert caught.value.code == code
    assert library.enrichment(interview_id, TERMS) == before


@pytest.mark.parametrize(
    "words", ["Sure! Here are the terms: …", '{"terms": NaN, "scores": NaN}', "[]", '{"terms": 3}']
)
def test_an_answer_that_cannot_be_read_at_all_leaves_what_was_there(library, interview_id, ready, server, words):
    before = run(library, interview_id, TERMS)
    server.reply = lambda _: words
    with pytest.raises(Failure) as caught:
        run(library, interview_id, TERMS)
    assert caught.value.code == "service_nonsense"
    assert library.enrichment(interview_id, TERMS) == before


def test_how_far_it_is_is_said_before_the_first_answer(library, interview_id, ready, server):
    seen = []
    server.reply = lambda body: seen.append(list(heard)) or reply(body)
    heard = []
    WORKS[TERMS](library, interview_id)(heard.append, threading.Event())
    assert [message.stage for message in seen[0]] == ["outside_terms"]


def test_cancelling(library, interview_id, ready, server):
    server.fault = "slow"
    stop = threading.Event()
    threading.Thread(target=lambda: (server.asked.wait(60), stop.set())).start()
    with pytest.raises(Cancelled):
        run(library, interview_id, SCORES, stop)


@pytest.mark.parametrize("words", ["", "no JSON at all", '{"scores": 3}', '{"terms": []', "[" * 5000, '{"x": []}'])
def test_an_answer_that_is_not_in_the_form_is_counted(words):
    for sieve in (TermSieve(quotable()), ScoreSieve(quotable(), ["reasoning"])):
        sieve.take(words)
        assert sieve.result().unreadable == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just(QUOTE)
    | st.integers(-2, 12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["exchange", "dimension", "score", "reason", "quote", "term"]), inner, max_size=6),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, max_size=4))
def test_whatever_it_says_what_is_kept_was_said(rows):
    sieve = ScoreSieve(quotable(), ["reasoning"])
    sieve.take(json.dumps({"scores": rows}))
    found = sieve.result()
    for score in found.scores:
        assert 0 <= score.score <= 10
        assert score.quote in OWN[score.exchange]
        assert score.dimension_id == "reasoning"
    assert len(found.scores) + sum(found.dropped.values()) == len(rows) or found.unreadable


def quotable():
    return Quotable(document(OWN, list(KIT), "zh"))


def test_who_it_is_from_is_said_in_both_languages(library, interview_id, ready, server, each_language):
    made = run(library, interview_id, SCORES)
    assert server.host in method_line(made)
    assert text.tr("enrich.quotes_checked") in method_line(made)
    assert claims_summary(made.body)
    assert isinstance(made.body, OutsideScores)


def test_on_the_command_line(library, interview_id, server, monkeypatch, capsys):
    outside.open_gate(library, interview_id, server, Purpose.TERMS, monkeypatch)
    outside.set_up(library, server, Purpose.SCORING)
    outside.agree(library, interview_id, Purpose.SCORING)
    outside.give_key(monkeypatch, Purpose.SCORING)
    folder = library.folder
    library.close()
    command = ["enrich", "--data", str(folder), "--lang", "en", "--interview", interview_id]
    assert cli.main([*command, "--outside-scores"]) == 2
    assert server.host in capsys.readouterr().err
    assert server.came == []
    assert cli.main([*command, "--outside-scores", "--outside"]) == 0
    out = capsys.readouterr()
    assert server.host in out.err
    assert "hidden until you have rated it" in out.out
    assert cli.main([*command, "--outside-terms"]) == 0
    assert "微服务 — " in capsys.readouterr().out
    assert cli.main([*command, "--novelty"]) == 0
    assert len(server.came) == 2


def test_consent_on_the_command_line(library, interview_id, server, monkeypatch, capsys):
    outside.set_up(library, server, Purpose.TERMS)
    outside.give_key(monkeypatch, Purpose.TERMS)
    folder = library.folder
    library.close()

    def run_cli(*words):
        return cli.main([words[0], "--data", str(folder), "--lang", "en", *words[1:]])

    assert run_cli("enrich", "--interview", interview_id, "--outside-terms", "--outside") == 2
    assert run_cli("import", "--interview", interview_id, "--outside-consent", "scoring") == 2
    assert run_cli("import", "--interview", interview_id, "--outside-consent", "telepathy") == 2
    assert server.came == []
    assert run_cli("import", "--interview", interview_id, "--outside-consent", "terms") == 0
    assert run_cli("enrich", "--interview", interview_id, "--outside-terms", "--outside") == 0
    assert len(server.came) == 1
    assert run_cli("import", "--interview", interview_id, "--outside-consent", "none") == 0
    capsys.readouterr()
    assert run_cli("enrich", "--interview", interview_id, "--outside-terms") == 2
    assert "consent" in capsys.readouterr().err
    assert len(server.came) == 1
