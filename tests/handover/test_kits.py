"""How a kit's questions are put travels with its position, and what both sides changed is asked about in words."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from app import text
from app.domain.kit import SILENT, Answers, Kit, Manner
from app.domain.types import Position
from app.handover.cards import open_cards
from app.handover.package import Kind
from app.handover.rows import typed
from app.handover.summary import card_words, value_words
from tests.handover.conftest import carry

QUESTION = "为什么换工作？"
RULES = Kit(Manner(180.0, Answers.BOTH, 1), {QUESTION: Manner(90.0, Answers.TEXT, 0)})


@pytest.fixture
def position(office, laptop, stick):
    made = office.save_position(Position("", "仓库主管", questions=(QUESTION,), kit=RULES))
    carry(office, laptop, stick, Kind.OUTWARD, positions=[made.id])
    return made


def test_a_kit_travels_and_is_changed_and_silenced_again(office, laptop, stick, position):
    assert laptop.position(position.id).kit == RULES
    for kit in (Kit(Manner(60.0)), SILENT):
        office.save_position(replace(office.position(position.id), kit=kit))
        carry(office, laptop, stick, Kind.OUTWARD, positions=[position.id])
        assert laptop.position(position.id).kit == kit


def test_what_both_changed_is_a_card_in_words(office, laptop, stick, position, each_language):
    laptop.save_position(replace(laptop.position(position.id), kit=SILENT))
    office.save_position(replace(office.position(position.id), kit=Kit(Manner(60.0))))
    carry(office, laptop, stick, Kind.OUTWARD, positions=[position.id])
    (card,) = open_cards(laptop)
    assert text.tr("package.field_kit") in card_words(card)
    assert value_words(card, card.mine) == "–"
    assert value_words(card, card.theirs) == text.tr("kit.minutes", n="1")
    assert QUESTION in value_words(card, card.base)
    assert laptop.position(position.id).kit == SILENT


@pytest.mark.parametrize("kit", [{"seconds": -5}, {"answers": "dancing"}, {"questions": ["a"]}, [1]])
def test_a_package_with_a_senseless_kit_is_refused(kit):
    with pytest.raises(msgspec.ValidationError):
        typed("position", {"title": "x", "kit": kit})
