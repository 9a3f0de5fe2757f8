"""The mapping without a window: what is offered, what is wrong, previews and the dry run against a real sandbox."""

from __future__ import annotations

import json
import threading

import pytest

from app import text
from app.domain.types import InterviewStatus
from app.field_mapping import (
    _HEAD,
    _REST,
    Nature,
    example,
    in_the_way,
    in_words,
    language_of,
    nature_of,
    our_fields,
    suggested,
    trouble,
    trouble_sentence,
)
from app.known_fields import KnownFields
from app.mapping_desk import STEPS, MappingDesk
from app.settings import SettingsFile
from app.sync_state import utc
from sync.catalogue import Catalogue, FieldType, Option, RemoteField
from sync.failures import RemoteUnreachable
from sync.mapping import SOURCES, Entry, Level
from sync.sandbox.server import Sandbox
from tests.app.conftest import CANARY
from tests.app.hr import planned, sign
from tests.sync.ehr import CONTRACT, assessment_body

GRADE = RemoteField(
    "custom_fields.level", "评级", FieldType.OPTION, (Option("a"), Option("b"), Option("c"), Option("d"))
)
FIVE = RemoteField("custom_fields.communication", "沟通", FieldType.INTEGER, low=1, high=5)
VERDICT = RemoteField(
    "custom_fields.verdict", "建议", FieldType.OPTION,
    (Option("opt_1", titles={"zh": "推荐", "en": "Yes"}), Option("opt_2", "Undecided"), Option("opt_3", "否")),
)  # fmt: skip
TAGS = RemoteField("custom_fields.tags", "标签", FieldType.OPTIONS, (Option("t_1"), Option("t_2")))
REMARKS = RemoteField("custom_fields.remarks", "评语", FieldType.TEXT)
CATALOGUE = Catalogue((GRADE, FIVE, VERDICT, REMARKS, TAGS))


def test_our_fields_have_values_of_the_chosen_assessment_and_exist():
    found = {one.path: one for one in our_fields(assessment_body("i", "a"), {"communication": "语言表达"})}
    assert found["composite"].value == 7.55
    assert found["dimensions.communication.combined"].value == 7.55
    assert found["dimensions.communication.combined"].nature is Nature.SCORE
    assert {path.split(".")[0] for path in found} <= SOURCES
    assert all(one.value is None for one in our_fields(None, {}))
    assert (nature_of("coverage"), nature_of("signed_at"), nature_of("comments")) == ("share", "date", "list")
    assert [example(value) for value in (None, "", [], 7.5, "a\n b", "x" * 90)] == [
        "–", "–", "–", "7.5", "a b", "x" * 59 + "…",
    ]  # fmt: skip


def test_what_is_suggested_fits_at_once():
    assert suggested("composite", FIVE, "zh") == Entry("composite", FIVE.id, "integer", scale=(0, 10, 1, 5))
    levels = (Level("d", 2.5), Level("c", 5.0), Level("b", 7.5), Level("a"))
    assert suggested("composite", GRADE, "zh") == Entry("composite", GRADE.id, "option", levels=levels)
    assert suggested("coverage", GRADE, "zh").levels[0] == Level("d", 0.25)
    in_chinese = suggested("conclusion", REMARKS, "zh")
    assert in_chinese.options["hire"] == "推荐"
    assert (language_of(in_chinese), language_of(Entry("conclusion", "t", options={"hire": "x"}))) == ("zh", "")
    tagged = suggested("composite", TAGS, "zh")
    assert tagged == Entry("composite", TAGS.id, "options", levels=(Level("t_2", 5.0), Level("t_1")))
    assert suggested("conclusion", TAGS, "zh").type == "options"
    for entry in (suggested("composite", FIVE, "zh"), suggested("composite", GRADE, "zh"), in_chinese, tagged):
        assert trouble(entry, (), CATALOGUE, {"conclusion": "hire"}.get(entry.source, 7.5)) == ""
    assert suggested("conclusion", VERDICT, "zh").options == {"hire": "opt_1", "unsure": "opt_2"}


@pytest.mark.parametrize(
    ("entry", "value", "code"),
    [
        (Entry("salary", FIVE.id), None, "source"), (Entry("composite", ""), None, "target"),
        (Entry("composite", "custom_fields.old", "number"), 7.5, "gone"),
        (Entry("composite", VERDICT.id, "number"), 7.5, "type"),
        (Entry("composite", TAGS.id, "option", levels=(Level("t_1"),)), 7.5, "type"),
        (Entry("composite", FIVE.id, "integer", scale=(0, 10, 0, 10)), 7.5, "range"),
        (Entry("composite", GRADE.id, "option", levels=(Level("z"),)), 7.5, "option"),
        (Entry("composite", GRADE.id, "option", levels=(Level("a", 5), Level("b", 3))), 7.5, "levels"),
        (Entry("composite", GRADE.id, "option"), 7.5, "options"),
        (Entry("summary", FIVE.id, "integer"), "gut", "number"), (Entry("summary", REMARKS.id, "date"), "gut", "date"),
        (Entry("conclusion", VERDICT.id, "option", options={"hire": "opt_1"}), "hire", "word_missing"),
        (Entry("composite", REMARKS.id, "number"), 7.5, "twice"),
    ],
)  # fmt: skip
def test_each_trouble_is_told_apart_and_said(entry, value, code, each_language):
    assert trouble(entry, (Entry("summary", REMARKS.id),) if code == "twice" else (), CATALOGUE, value) == code
    said = trouble_sentence(code, entry, KnownFields(CATALOGUE, utc(0)), text.language())
    assert said
    assert "{" not in said
    assert in_the_way(code) is (code in ("source", "target", "levels", "options", "twice"))


def test_words_of_each_language_cover_every_word():
    assert [in_words("conclusion", language)["no_hire"] for language in text.LANGUAGES] == [
        "不推荐",
        "Do not recommend",
    ]


# The desk

FITTING = (
    Entry("dimensions.communication.combined", FIVE.id, "integer", scale=(0, 10, 1, 5)),
    Entry("conclusion", "custom_fields.recommendation", "option", options={
        "hire": "opt_101", "unsure": "opt_102", "no_hire": "opt_103", "cannot_tell": "opt_102",
    }),
)  # fmt: skip


class Answers:
    """Waits for what a desk answers from its thread."""

    def __init__(self):
        self._there = threading.Event()

    def __call__(self, result, failure):
        self.result, self.failure = result, failure
        self._there.set()

    def wait(self):
        assert self._there.wait(60)
        self._there.clear()
        return self.result, self.failure


@pytest.fixture
def desk(library, service):
    return MappingDesk(library, service._settings, service, lambda function: function())


def test_the_desk_reads_fields_shows_the_exact_body_and_tries_everything_but_writing(
    library, service, sandbox, desk
):  # fmt: skip
    service.run_once()
    answers = Answers()
    assert desk.known() is None
    desk.read_fields(answers)
    known, _ = answers.wait()
    assert known == desk.known()
    assert known.catalogue.field(FIVE.id).high == 5
    interview = planned(library)
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    signature = sign(library, interview.id)
    (chosen,) = desk.examples()
    assert chosen.signed == signature.payload
    assert interview.candidate.name in chosen.title
    first = next(iter(desk.dimensions((chosen,))))
    entries = (Entry(f"dimensions.{first}.combined", FIVE.id, "integer", scale=(0, 10, 1, 5)), FITTING[1])
    before = sandbox.store.revision
    desk.preview(entries, chosen, answers)
    (request,), _ = answers.wait()
    desk.dry_run(entries, answers)
    tried, _ = answers.wait()
    assert [step.name for step in tried.steps] == list(STEPS)
    assert tried.good
    assert tried.items[0].requests == (request,)
    assert sandbox.store.revision == before, "nothing was written"
    desk.save(entries)
    service.run_once(hurry=True)
    (kept,) = sandbox.store.assessments()
    assert kept.body.decode() == request.body
    assert json.loads(kept.body)["custom_fields"]["recommendation"] == "opt_101"


def test_a_renamed_field_stops_the_item_and_a_mended_mapping_sends_it(library, service, sandbox, desk):
    service.run_once()
    entry = Entry("composite", FIVE.id, "integer", scale=(0, 10, 1, 5))
    saved = desk.save((entry,))
    assert (saved.name, desk.is_own()) == ("sandbox-own", True)
    sandbox.faults.set("field_renamed")
    interview = planned(library)
    library.set_status(interview.id, InterviewStatus.TO_REVIEW)
    sign(library, interview.id)
    service.run_once()
    assert sandbox.store.assessments() == []
    assert desk.stopped() == 1
    assert FIVE.id in next(one.sentence for one in service.state().entries if one.can_resend)
    answers = Answers()
    desk.dry_run((entry,), answers)
    tried, _ = answers.wait()
    assert [step.good for step in tried.steps] == [True, True, True, False]
    assert FIVE.id in tried.items[0].problem
    desk.save((Entry("composite", f"{FIVE.id}_v2", "integer", scale=(0, 10, 1, 5)),))
    assert desk.send_stopped() == 1
    assert service.run_once(hurry=True).complete
    assert json.loads(sandbox.store.assessments()[0].body)["custom_fields"] == {"communication_v2": 4}


def test_without_a_connection_the_fields_last_read_stay(library, connect, tmp_path):
    with Sandbox(CONTRACT, tmp_path / "ehr", key=CANARY) as running:
        away = connect(running.url)
        desk, answers = MappingDesk(library, away._settings, away, lambda work: work()), Answers()
        desk.read_fields(answers)
        known, _ = answers.wait()
    desk.read_fields(answers)
    nothing, failure = answers.wait()
    assert nothing is None
    assert isinstance(failure, RemoteUnreachable)
    assert desk.known() == known
    desk.dry_run((), answers)
    tried, _ = answers.wait()
    assert [step.good for step in tried.steps] == [False, None, None, None]
    assert tried.items == ()


def test_a_profile_is_shared_and_chosen(library, service, desk, tmp_path):
    desk.export_file(FITTING, tmp_path / "shared.toml")
    taken = desk.import_file(tmp_path / "shared.toml")
    assert taken.shape.mapping == FITTING
    assert SettingsFile(library.folder).values.ehr_profile == taken.name


@pytest.mark.parametrize("lang", text.LANGUAGES)
def test_each_field_of_ours_has_a_name(lang):
    text.set_language(lang)
    for path in (*_HEAD, *_REST):
        assert text.has(f"sync_room.field_{path}"), path
