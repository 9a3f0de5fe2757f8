"""The company's rules, a TOML file of data: one condition and one outcome each. Checked as a whole on load."""

from __future__ import annotations

import json
import operator
import re
import tomllib
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec

from app import text
from app.domain.types import Conclusion
from app.failures import RulesInvalid
from app.resources import resource
from app.whole_file import whole_file

FILE = "suggestions.toml"
MOST = 200
MAX_BYTES = 256 * 1024
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
COMPARE: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt,
}  # fmt: skip
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Subject(StrEnum):
    """What a condition is about."""

    DIMENSION = "dimension"
    COMPOSITE = "composite"
    CONCLUSION = "conclusion"


class Whose(StrEnum):
    """Whose score of a dimension is compared; the machine's alone never decides."""

    MINE = "mine"
    COMBINED = "combined"


class Outcome(StrEnum):
    """What follows."""

    COURSE = "course"
    PROBATION = "probation"
    POOL = "pool"


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition. Of a dimension (its id or its title in either language) or the composite: `op` and `value` (0-10).

    `coverage` (0..1) is the least that a composite has to rest on. `conclusion` compares the recommendation instead.
    """

    dimension: str = ""
    composite: bool = False
    conclusion: str = ""
    score: Whose = Whose.COMBINED
    op: str = ""
    value: float = -1.0
    coverage: float = 0.0

    @property
    def subject(self) -> Subject:
        """What it is about."""
        if self.conclusion:
            return Subject.CONCLUSION
        return Subject.COMPOSITE if self.composite else Subject.DIMENSION


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule; `name` is the course, the focus or the pool; `code` is the course's id in the other system."""

    id: str
    when: When
    then: Outcome
    name: Words
    code: str = ""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    rule: list[Rule] = []


def rules_file(library: Path) -> Path:
    """Where a company keeps its rules."""
    return library / FILE


def company_rules(library: Path) -> tuple[Rule, ...]:
    """The company's rules; none where there is no file. Raises RulesInvalid."""
    file = rules_file(library)
    return read_rules(file) if file.is_file() else ()


def example_rules() -> tuple[Rule, ...]:
    """The example that comes with the program, to begin with."""
    return read_rules(Path(resource("suggestions", "example.toml")))


def read_rules(file: Path) -> tuple[Rule, ...]:
    """The rules of a file, checked. Raises RulesInvalid, which says what cannot be used."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise RulesInvalid(file=file.name, reason=text.tr("suggest.wrong_size", most=MAX_BYTES // 1024))
        found = msgspec.convert(tomllib.loads(file.read_text("utf-8")), _File, strict=False)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RulesInvalid(file=file.name, reason=str(error)) from error
    wrong = wrong_with(found.rule)
    if wrong:
        raise RulesInvalid(file=file.name, reason=wrong)
    return tuple(found.rule)


def write_rules(library: Path, rules: Iterable[Rule]) -> None:
    """Keep the rules of a company, whole or not at all. Raises RulesInvalid."""
    kept = tuple(rules)
    if wrong := wrong_with(kept):
        raise RulesInvalid(file=FILE, reason=wrong)
    with whole_file(rules_file(library)) as part:
        part.write_text(written(kept), "utf-8")


def written(rules: Iterable[Rule]) -> str:
    """Rules as TOML."""
    return "\n".join("\n".join(_lines(rule)) + "\n" for rule in rules)


def wrong_with(rules: Iterable[Rule]) -> str:
    """What is wrong with rules, in words that name the rule; "" = nothing."""
    seen = set[str]()
    for number, rule in enumerate(rules, 1):
        if number > MOST:
            return text.tr("suggest.wrong_many", most=MOST)
        reason = _wrong(rule) or ("id_twice" if rule.id in seen else "")
        if reason:
            return text.tr("suggest.wrong_rule", n=number, id=rule.id, reason=text.tr(f"suggest.wrong_{reason}"))
        seen.add(rule.id)
    return ""


def _wrong(rule: Rule) -> str:
    when = rule.when
    subjects = sum((bool(when.dimension), when.composite, bool(when.conclusion)))
    if not _ID.fullmatch(rule.id):
        return "id"
    if not rule.name.strip() or len(rule.code) > 64:
        return "name"
    if subjects != 1:
        return "subject"
    if when.conclusion:
        return "" if when.conclusion in set(Conclusion) and not when.op else "conclusion"
    if when.op not in COMPARE:
        return "op"
    if not 0 <= when.value <= 10:
        return "value"
    return "" if 0 <= when.coverage <= 1 and (when.composite or not when.coverage) else "coverage"


def _lines(rule: Rule) -> list[str]:
    """A rule as it stands in the file. A string of JSON without escapes of surrogates is one of TOML."""
    plain = msgspec.to_builtins(rule)
    when = ", ".join(f"{name} = {_value(value)}" for name, value in plain.pop("when").items())
    return ["[[rule]]", *(f"{name} = {_value(value)}" for name, value in plain.items()), f"when = {{ {when} }}"]


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
