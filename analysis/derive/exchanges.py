"""Questions with their answers, from floors: interviewers ask, the candidate answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from analysis.derive.floor import Floor
from analysis.derive.marked import Marked
from analysis.derive.segments import SegmentIndex
from analysis.document import Correction, Exchange, Question, QuestionMatch, Role, Segment, Span
from analysis.language.passage import passage_of
from analysis.language.questions import asked, closes, question_sentences, rank
from analysis.language.script import leading_language
from analysis.request import KitQuestion

REMARK_S = 1.5
"""An interviewer's words this short, asking nothing, are a remark within the answer."""
LONG_ANSWER_S = 8.0
"""What draws an answer this long was a question, even where its words were misheard."""
QUESTION_TOLERANCE_S = 2.0


@dataclass(frozen=True)
class _Stretch:
    """Neighbouring floors of the same side."""

    asking_side: bool
    floors: tuple[Floor, ...]

    @property
    def start(self) -> float:
        return self.floors[0].start

    @property
    def end(self) -> float:
        return max(floor.end for floor in self.floors)


def exchanges(floors: Sequence[Floor], said: SegmentIndex, roles: dict[str, Role]) -> tuple[Exchange, ...]:
    """Exchanges in time order, not yet matched with a kit.

    An answer goes on over an interviewer's short remark and ends with the next question, a longer comment or the end of
    the interview. `latency_s` is from the end of the question's speech to the start of the answer's.
    """
    stretches = _stretches(floors, roles)
    found: list[Exchange] = []
    open_answer = False
    for place, stretch in enumerate(stretches):
        if stretch.asking_side:
            following = stretches[place + 1] if place + 1 < len(stretches) else None
            question = _question(stretch, following, said)
            if question and following:
                found.append(_exchange(question, following))
                open_answer = True
            else:
                open_answer = open_answer and _is_remark(stretch, said)
        elif open_answer and stretch.start > found[-1].answer.start:
            found[-1] = replace(found[-1], answer=Span(found[-1].answer.start, max(stretch.end, found[-1].answer.end)))
    return tuple(found)


def _stretches(floors: Sequence[Floor], roles: dict[str, Role]) -> list[_Stretch]:
    listed: list[_Stretch] = []
    for floor in floors:
        role = roles.get(floor.speaker, Role.OTHER)
        if role is Role.OTHER:
            continue
        asking = role is Role.INTERVIEWER
        if listed and listed[-1].asking_side == asking:
            listed[-1] = _Stretch(asking, (*listed[-1].floors, floor))
        else:
            listed.append(_Stretch(asking, (floor,)))
    return listed


def _said(stretch: _Stretch, said: SegmentIndex) -> list[Segment]:
    speakers = {floor.speaker for floor in stretch.floors}
    return [
        segment
        for segment in said.touching(stretch.start - 0.5, stretch.end + 0.5)
        if segment.speaker in speakers and stretch.start - 0.5 <= (segment.start + segment.end) / 2 <= stretch.end + 0.5
    ]


def _question(stretch: _Stretch, following: _Stretch | None, index: SegmentIndex) -> Question | None:
    """What is asked: from the first asking sentence to the end of the stretch; None where nothing is."""
    said = _said(stretch, index)
    if not said or following is None:
        return None
    words = [word for segment in said for word in segment.words]
    language = leading_language([segment.text for segment in said])
    passage = passage_of(words, language)
    asking = question_sentences(passage)
    if asking:
        begin = asking[0][0]
        start = stretch.start if begin == 0 else max(stretch.start, passage.starts[begin])
        return Question(start, stretch.end, passage.text[begin:].strip())
    speaking = sum(span.end - span.start for floor in following.floors for span in floor.speech)
    if speaking >= LONG_ANSWER_S and stretch.end - stretch.start >= REMARK_S and not closes(passage.text, language):
        return Question(stretch.start, stretch.end, passage.text.strip())
    return None


def _exchange(question: Question, following: _Stretch) -> Exchange:
    latency = following.start - question.end
    return Exchange(
        question, Span(following.start, following.end), latency_s=round(latency, 3) if latency >= 0 else None
    )


def _is_remark(stretch: _Stretch, index: SegmentIndex) -> bool:
    said = " ".join(segment.text for segment in _said(stretch, index))
    return stretch.end - stretch.start < REMARK_S and not closes(said, leading_language([said]))


def match_kit(
    marked: Marked, kit: Sequence[KitQuestion], corrections: Iterable[Correction]
) -> tuple[tuple[Exchange, ...], list[str]]:
    """Each exchange with the kit's best three questions and the one asked; ids of corrections without place.

    What was marked is certain; within a marked question's stretch nothing else of the kit was asked.
    """
    found = marked.exchanges
    ranked = rank([exchange.question.text for exchange in found], kit)
    matched = [
        replace(exchange, candidates=best, matched_question=_asked_there(place, best, marked))
        for place, (exchange, best) in enumerate(zip(found, ranked, strict=True))
    ]
    by_id = {question.id: question for question in kit}
    lost = []
    for correction in corrections:
        place = _nearest(matched, correction.start)
        if place is None or (correction.after and correction.after not in by_id):
            lost.append(correction.id)
            continue
        matched[place] = replace(matched[place], matched_question=_chosen(matched[place], by_id.get(correction.after)))
    return tuple(matched), lost


def _asked_there(place: int, best: Sequence[QuestionMatch], marked: Marked) -> QuestionMatch | None:
    if place in marked.first:
        return marked.first[place]
    guess = asked(best)
    within = marked.within.get(place)
    return guess if guess is None or within is None or guess.id == within else None


def _nearest(found: Sequence[Exchange], start: float) -> int | None:
    places = [i for i, exchange in enumerate(found) if abs(exchange.question.start - start) <= QUESTION_TOLERANCE_S]
    return min(places, key=lambda i: abs(found[i].question.start - start)) if places else None


def _chosen(exchange: Exchange, question: KitQuestion | None) -> QuestionMatch | None:
    if question is None:
        return None
    score = next((match.score for match in exchange.candidates if match.id == question.id), 1.0)
    return QuestionMatch(question.id, question.text, score)
