"""The table of a conflict speaks to people: fields have names, a recommendation is a word."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from app.field_names import field_name, field_value, item_names
from app.sync_state import Entry
from app.text import has
from sync.conflicts import Conflict, differences
from sync.contract import AssessmentResult, DimensionResult, QuestionResult, TimedComment
from sync.outbox import Kind, State
from ui import language
from ui.sync.item_panel import ItemPanel

MINE = {
    "dimensions": [{"id": "reasoning", "title": "逻辑 <b>", "mine": 8.0}],
    "conclusion": "hire",
    "to_improve": "语速",
    "comments": [{"time_s": 3.0, "text": "好", "end_s": 9.0}],
    "questions": [{"question": "项目", "score": 7.0}],
}
THEIRS = {
    "dimensions": [{"id": "reasoning", "title": "逻辑 <b>", "mine": 6.0}],
    "conclusion": "no_hire",
    "to_improve": "",
    "comments": [{"time_s": 3.0, "text": "好", "end_s": 8.0}],
    "questions": [{"question": "项目", "score": None}],
    "shade": "blue",
}


@pytest.mark.parametrize(
    ("spoken", "names", "recommended"),
    [
        (
            "en",
            [
                "逻辑 <b>: interviewer",
                "Conclusion",
                "To improve",
                "Comment at 00:03 “好”: end (s)",
                "Question “项目”: score",
                "shade",
            ],
            ["Recommend", "Do not recommend"],
        ),
        (
            "zh",
            ["逻辑 <b>：面试官", "结论", "待改进", "00:03 的评论“好”：结束时间（秒）", "题目“项目”：评分", "shade"],
            ["推荐", "不推荐"],
        ),
    ],
)
def test_the_table_of_a_conflict_is_in_words(qtbot, spoken, names, recommended):
    language.set_language(spoken)
    panel = ItemPanel()
    qtbot.addWidget(panel)
    conflict = Conflict("op", "assessment", "x:1", "conflict", differences(None, MINE, THEIRS))
    entry = Entry(
        "op", Kind.ASSESSMENT, State.CONFLICT, "一面", "", datetime(2026, 11, 20, tzinfo=UTC), None, None, 1, "x:1",
        None, "i", can_resend=False, can_choose=True,
    )  # fmt: skip
    panel.show_entry(entry, json.dumps(MINE), conflict)
    shown = [[panel.fields.item(row, column).text() for column in range(4)] for row in range(panel.fields.rowCount())]
    assert [row[0] for row in shown] == names
    assert shown[1][1:] == ["–", *recommended]
    assert shown[4][1:] == ["–", "7.0", "–"]


def test_every_field_of_the_contract_that_can_differ_has_a_name(each_language):
    kinds = {"dimensions": DimensionResult, "comments": TimedComment, "questions": QuestionResult}
    own = {field.name for field in dataclasses.fields(AssessmentResult)} - set(kinds)
    nobody_decides = {"external_id", "revision", "signed_at", "app_version", "contract_version"}
    inner = {field.name for kind in kinds.values() for field in dataclasses.fields(kind)} - {"id"}
    assert not [name for name in (own - nobody_decides) | inner if not has(f"sync_room.field_{name}")]


@pytest.mark.parametrize("body", ["", "no json", "[1]", '{"dimensions": 3}', '{"dimensions": [3, {"id": "a"}]}'])
def test_a_body_without_titles_gives_none(body):
    assert item_names(body, Conflict("op", "assessment", "x:1", "", ())) == {}


def test_a_comment_that_one_side_lacks_shifts_no_other(each_language):
    def comment(time_s, words, **more):
        return {"time_s": time_s, "text": words, **more}

    mine = {"comments": [comment(3.0, "好"), comment(65, "a" * 40), comment(None, "整体不错")], "questions": []}
    theirs = {"comments": [comment(65.0, "b"), comment(65.0, "c"), comment(None, "整体不错")], "questions": []}
    fields = differences(None, mine, theirs)
    names = item_names(json.dumps(mine), Conflict("op", "assessment", "x:1", "", fields))
    shown = [(field_name(field.field, names), field.mine, field.theirs) for field in fields]
    told = {
        "en": ["Comment at 00:03 “好”: text", f"Comment at 01:05 “{'a' * 24}…”: text", "Comment at 01:05 “c”: text"],
        "zh": ["00:03 的评论“好”：文字", f"01:05 的评论“{'a' * 24}…”：文字", "01:05 的评论“c”：文字"],
    }[each_language]
    assert (told[0], "好", None) in shown
    assert (told[1], "a" * 40, "b") in shown
    assert (told[2], None, "c") in shown
    assert not any("整体不错" in name for name, _, _ in shown)


def test_a_field_of_another_system_keeps_its_path(each_language):
    for path in ("x.y", "shade", "dimensions.1"):
        assert field_name(path, {}) == path


@pytest.mark.parametrize(("spoken", "names"), [("en", ["Comments", "Questions"]), ("zh", ["评论", "题目评分"])])
def test_a_whole_list_that_both_sides_changed_is_read_line_by_line(spoken, names):
    language.set_language(spoken)
    assert [field_name(path, {}) for path in ("comments", "questions")] == names
    said = json.dumps([{"time_s": 72.5, "text": "好"}, {"text": "整体"}], ensure_ascii=False)
    assert field_value("comments", said) == "01:12 好\n整体"
    rated = json.dumps([{"question": "项目?", "score": 7.5, "comment": "清楚"}, {"question": "B", "comment": "x"}])
    assert field_value("questions", rated) == "项目? [7.5] 清楚\nB x"
    assert field_value("comments", "[") == "["
    assert field_value("questions", None) == "–"
