"""What rules make of a signed assessment: exactly what was signed counts, and of it what a person decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from app import text
from app.domain.template import Template
from app.suggestions.rules import COMPARE, Rule, Subject, Whose


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a rule suggests. `value` is what the condition met: a score 0-10 or a recommendation; `subject` its name."""

    rule: Rule
    subject: str
    value: float | str

    @property
    def title(self) -> str:
        """What follows, in words."""
        return self.title_in(text.language())

    @property
    def evidence(self) -> str:
        """Why, in words."""
        return self.evidence_in(text.language())

    def title_in(self, language: str) -> str:
        """What follows, in the words of a language."""
        return text.tr_in(language, f"suggest.title_{self.rule.then}", name=self.rule.name)

    def evidence_in(self, language: str) -> str:
        """Why, in the words of a language."""
        when = self.rule.when
        if when.subject is Subject.CONCLUSION:
            value = text.tr_in(language, f"suggest.conclusion_{self.value}")
            return text.tr_in(language, "suggest.because_conclusion", value=value)
        key = "composite" if when.subject is Subject.COMPOSITE else str(when.score)
        return text.tr_in(
            language, f"suggest.because_{key}", subject=self.subject, value=f"{self.value:g}", op=SIGNS[when.op],
            limit=f"{when.value:g}",
        )  # fmt: skip

    @property
    def body(self) -> dict[str, Any]:
        """All of it, to be kept beside what a person decided."""
        return {"rule": msgspec.to_builtins(self.rule), "subject": self.subject, "value": self.value}


SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}


def suggestions(rules: Iterable[Rule], signed: bytes, template: Template | None) -> tuple[Suggestion, ...]:
    """What these rules suggest from the bytes that were signed, in their order.

    `template` knows the dimensions' titles in both languages; None = the signed one only.
    """
    body = msgspec.json.decode(signed)
    made = (_applied(rule, body, template) for rule in rules)
    return tuple(each for each in made if each is not None)


def _applied(rule: Rule, body: Mapping[str, Any], template: Template | None) -> Suggestion | None:
    when = rule.when
    if when.subject is Subject.CONCLUSION:
        return Suggestion(rule, "", when.conclusion) if body["conclusion"] == when.conclusion else None
    if when.subject is Subject.COMPOSITE:
        rated = any(row["mine"] is not None for row in body["dimensions"])
        value = body["composite"] if rated and body["coverage"] >= when.coverage else None
        return _compared(rule, "", value)
    row = _row(when.dimension, body, template)
    if row is None or row["mine"] is None:  # nobody has rated it: what the machine says decides nothing
        return None
    return _compared(rule, row["title"], row["mine"] if when.score is Whose.MINE else row["combined"])


def _compared(rule: Rule, subject: str, value: float | None) -> Suggestion | None:
    fits = value is not None and COMPARE[rule.when.op](value, rule.when.value)
    return Suggestion(rule, subject, value) if fits and value is not None else None


def _row(wanted: str, body: Mapping[str, Any], template: Template | None) -> Mapping[str, Any] | None:
    names = {wanted}
    for dimension in template.dimensions if template else ():
        if wanted in (dimension.title.zh, dimension.title.en):
            names.add(dimension.id)
    return next((row for row in body["dimensions"] if row["id"] in names or row["title"] == wanted), None)
