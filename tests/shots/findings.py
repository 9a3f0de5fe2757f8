"""Novelty and a model's claims for the pictures: other candidates for the same position, and a stand-in for a model."""

from __future__ import annotations

import json
import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from analysis.document import CorrectionKind
from app.domain.types import Candidate
from app.jobs.enriching import ClaimsWork, NoveltyWork
from app.settings import SettingsFile
from app.store.library import Library
from tests.app.pool import analyse
from tests.app.test_store_library import an_interview
from tests.llm_server import LlmServer, asked
from ui.settings.room import SettingsRoom
from ui.shell.conductor import Conductor

MODEL = "qwen2.5:7b-instruct"
OTHERS = {
    "zh": {
        "赵磊": (
            "我是后端工程师，做了五年。现在负责一个支付系统。",
            "系统在高峰期很慢，我的任务是优化响应时间。我加了缓存。",
            "我会先向团队说明情况，再一起找原因。",
        ),
        "钱敏": (
            "我做后端开发，有四年经验。我们团队有六个人。",
            "我把数据库做了读写分离，响应时间缩短了一半。",
            "先复盘，找到原因，再制定改进计划。",
        ),
        "孙浩": (
            "我有六年后端经验，目前负责订单系统。",
            "我主导了灰度发布平台，客户投诉减少了。",
            "失败了就和团队一起复盘，制定改进计划。",
        ),
    },
    "en": {
        "Liam Ward": (
            "I am a product manager for learning apps. I have five years of experience.",
            "We cut churn by a fifth with a shorter start page.",
            "I listen first and then show the data.",
        ),
        "Ava Stone": (
            "I have managed products for four years. I lead a team of five people.",
            "I ran an A/B test that raised sign-ups.",
            "First I listen, and then we decide together.",
        ),
        "Noah Reed": (
            "I am a product manager and lead six people.",
            "We talked to ten users and rebuilt the first week.",
            "I write down the goal and show the roadmap.",
        ),
    },
}
CLAIM = {
    "zh": ("communication", "用一句话交代背景和任务"),
    "en": ("communication", "Sets the scene in a sentence"),
}
SECOND = {"zh": ("reasoning", "分步说明了做法"), "en": ("reasoning", "Tells step by step what was done")}
THIRD = {"zh": ("composure", "先说明情况，再找原因"), "en": ("composure", "Puts listening before arguing")}
Save = Callable[[str, QWidget], None]


def find(library: Library, interview_id: str, lang: str) -> None:
    """Three others who were asked the same; then compare, and ask the stand-in."""
    position = library.interview(interview_id).position
    assert position is not None
    for name, said in OTHERS[lang].items():
        candidate = library.save_candidate(Candidate("", name))
        other = library.save_interview(replace(an_interview(candidate, position), title=name))
        analyse(library, other.id, said, position.questions)
    with LlmServer(lambda body: claims(body, lang), models=(MODEL,)) as server:
        SettingsFile(library.folder).change(llm_url=server.url, llm_model=MODEL)
        for work in (NoveltyWork, ClaimsWork):
            work(library, interview_id)(lambda _report: None, threading.Event())


def claims(body: dict, lang: str) -> str:
    """Claims with quotes taken from the answers in the question, and one that nobody said."""
    said = re.findall(r"^\(\d+\) (?:答：|A: )(.+)$", asked(body), re.M)
    clauses = [part for answer in said for part in re.split(r"[，。,.!?！？]\s*", answer) if len(part) > 11]
    named = (CLAIM[lang], SECOND[lang], THIRD[lang])
    found = [
        {"dimension": dimension, "claim": claim, "quote": clauses[place * (len(clauses) - 1) // 3], "exchange": 1}
        for place, (dimension, claim) in enumerate(named)
    ]
    invented = found[0] | {
        "quote": "我从来没有说过这样的一句话" if lang == "zh" else "words that nobody ever said here"
    }
    return json.dumps({"claims": [*found, invented]}, ensure_ascii=False)


def screens(conductor: Conductor, interview_id: str, save: Save) -> None:
    """Rated, with claims unfolded; the foot of the scorecard after a correction."""
    conductor.open_review(interview_id)
    room = conductor.window.room("review")
    card = room.scorecard  # type: ignore[union-attr]
    for each in card.cards.values():
        each.claims.show_open(True)
    save("findings-claims", conductor.window)
    conductor.context.library.add_correction(interview_id, CorrectionKind.WORD, 1.0, 1.1, "", "")
    card.refresh_findings()
    QTest.qWait(200)
    card.scroller.verticalScrollBar().setValue(card.scroller.verticalScrollBar().maximum())
    save("findings-outdated", conductor.window)


def copied(data: Path, lang: str, look: str) -> Path:
    """The library once more, for pictures of what is changed in it."""
    return Path(shutil.copytree(data, data.parent / f"copy-{lang}-{look}"))


def settings_screen(conductor: Conductor, save: Save) -> None:
    """The language model's part of the settings, with an address that is refused."""
    room = conductor.window.room("settings")
    assert isinstance(room, SettingsRoom)
    fields = room.language_model
    fields.url.setText("https://api.example.com/v1")
    fields.url.editingFinished.emit()
    room.area.ensureWidgetVisible(fields.result)
    save("settings-model", conductor.window)
    fields.url.setText("http://127.0.0.1:11434")
    fields.url.editingFinished.emit()
