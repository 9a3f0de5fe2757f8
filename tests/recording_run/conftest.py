"""A library with an interview that is about to begin."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.kit import SILENT
from app.domain.types import Candidate, Interview, InterviewStatus, Position
from app.store.library import Library

QUESTIONS = ("请介绍一个你自豪的项目。（5分钟）", "How do you learn new things? (2 min)", "你对我们有什么问题？")


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "资料库", assessor="李静") as opened:
        yield opened


def planned_interview(library: Library, questions=QUESTIONS, remote_id="hr-1", kit=SILENT) -> Interview:
    position = library.save_position(Position("", "后端工程师", questions=questions, kit=kit))
    candidate = library.save_candidate(Candidate("", "秦𠮷雅"))
    return library.save_interview(
        Interview(
            "", "秦𠮷雅 · 后端工程师", 1, InterviewStatus.SCHEDULED, candidate, position, None, datetime.now(UTC),
            "Asia/Shanghai", datetime.now(UTC), remote_id=remote_id,
        )
    )  # fmt: skip


@pytest.fixture
def interview(library):
    return planned_interview(library)
