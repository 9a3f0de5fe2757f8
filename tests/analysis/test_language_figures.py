"""Figures in words, against libraries that do nothing else."""

from __future__ import annotations

import cn2an
import inflect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.language.figures import as_spoken
from analysis.language.script import syllables, units

ENGLISH = inflect.engine()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 999_999_999_999))
def test_whole_numbers_as_others_say_them(number):
    assert as_spoken(str(number), "zh") == cn2an.an2cn(number).removeprefix("一" if 10 <= number < 20 else " ")
    said = ENGLISH.number_to_words(number, andword="", comma="").replace("-", " ")
    assert as_spoken(str(number), "en").split() == said.split()


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("zh", "提升了40%", "提升了百分之四十"),
        ("zh", "从800毫秒降到300毫秒", "从八百毫秒降到三百毫秒"),
        ("zh", "2023年", "二零二三年"),
        ("zh", "3.5倍", "三点五倍"),
        ("zh", "10:30开始", "十点三十开始"),
        ("zh", "10086", "一万零八十六"),
        ("zh", "没有数字", "没有数字"),
        ("en", "12,000 users", "twelve thousand users"),
        ("en", "by 2.9%.", "by two point nine percent ."),
        ("en", "room 007", "room zero zero seven"),
        ("en", "at 10:30", "at ten thirty"),
        ("en", "version B2B", "version B2B"),
    ],
)
def test_figures_in_a_sentence(language, written, spoken):
    assert " ".join(as_spoken(written, language).split()) == spoken


def test_what_is_said_is_counted():
    assert len(units(as_spoken("It fell by 2.9% to 12,000.", "en"))) == 10
    assert len(units(as_spoken("提升了40%", "zh"))) == 8
    assert syllables(as_spoken("12,000", "en")) == 3
