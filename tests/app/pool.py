"""A library with several candidates who were asked the same questions: for the tests of enrichments."""

from __future__ import annotations

from dataclasses import replace

from analysis.document import Exchange, QuestionMatch, Role, Speakers, Turn
from analysis.export import write_all
from analysis.language.script import has_han
from app.domain.types import Candidate, Interview, Position
from app.store import Library
from tests.app.interviews import derived
from tests.app.test_enrichment_quotes import document
from tests.app.test_store_library import an_interview

KIT = ("你怎么处理和产品经理的分歧？", "讲一个你做过的项目。")
COMMON = "我先和对方沟通，了解他的想法。然后用数据说明我的理由。"
OTHERS = {
    "李大为": ("我会先跟对方沟通，听听他是怎么想的。再拿数据来说服他。", "我做过订单系统，把数据库拆成了很多个。"),
    "周小萌": (
        "首先要和对方好好沟通，弄清楚他的想法。实在谈不拢，就找领导定夺。",
        "我负责缓存的改造，命中率提高了不少。",
    ),
    "吴一凡": ("先沟通，了解对方为什么这样想。用数据和事实讲道理。", "我写过一个消息推送的服务。"),
}
OWN = (
    COMMON + "有一次我们两个人互换岗位一周，再坐下来谈。",
    "我用负载均衡把支付系统拆成了八个微服务。响应时间降到了三百毫秒。",
)


def position_in(library: Library) -> Position:
    """The position that all of them apply for."""
    return library.find_position(title="后端工程师") or library.save_position(
        Position("", "后端工程师", keywords=("负载均衡",), questions=KIT)
    )


def interview_of(library: Library, name: str, said: tuple[str, ...], questions: tuple[str, ...] = KIT) -> str:
    """An analysed interview of a candidate who was asked the kit's questions; its id."""
    candidate = library.find_candidate(name=name) or library.save_candidate(Candidate("", name))
    interview: Interview = library.save_interview(an_interview(candidate, position_in(library)))
    analyse(library, interview.id, said, questions)
    return interview.id


def analyse(
    library: Library, interview_id: str, said: tuple[str, ...], questions: tuple[str, ...] = KIT,
    analysis_id: str = "a" * 64, correction: str | None = None,
) -> None:  # fmt: skip
    """Give an interview an analysis in which these answers were said to these questions of the kit."""
    language = "zh" if has_han("".join(questions)) else "en"
    made, base = document(said, [questions[n % len(questions)] for n in range(len(said))], language), derived(language)
    exchanges = tuple(_matched(exchange, number, questions) for number, exchange in enumerate(made.exchanges))
    media = replace(base.analysis.media, duration=100.0 * len(said))
    turns = tuple(Turn(one.start, one.end, one.speaker) for one in made.transcript.segments)
    analysis = replace(
        base.analysis, id=analysis_id, media=media, transcript=made.transcript, exchanges=exchanges, tracks={},
        speakers=Speakers(turns, {"S1": Role.INTERVIEWER, "S2": Role.CANDIDATE}), events=(), correction=correction,
        metrics=replace(base.analysis.metrics, answers=tuple({} for _ in exchanges)),
    )  # fmt: skip
    folder = library.vault.derived("e" * 64) / f"analysis-{len(list(library.vault.derived('e' * 64).iterdir()))}"
    write_all(folder, replace(base, analysis=analysis, tracks={}))
    library.record_analysis(interview_id, folder)


def _matched(exchange: Exchange, number: int, kit: tuple[str, ...]) -> Exchange:
    match = QuestionMatch(f"q{number + 1}", kit[number % len(kit)], 0.9)
    return replace(exchange, matched_question=match, candidates=(match,))


def filled(library: Library) -> str:
    """Four candidates for one position; the id of 王小雨's interview."""
    for name, said in OTHERS.items():
        interview_of(library, name, said)
    return interview_of(library, "王小雨", OWN)
