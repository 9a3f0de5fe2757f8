"""An interview form of Odoo as a scoring template: each question that is answered with a number is a dimension.

Odoo has no weights: a percentage in the title of a question, or in its description, is one ("沟通表达 (40%)"). Where
none has one, all weigh the same. Odoo has no versions either: the minute of the last change is the version.
"""

from __future__ import annotations

import re
from typing import Any

from sync.contract import RemoteTemplate
from sync.dialects.odoo.calls import Odoo, Row
from sync.dialects.odoo.plain import plain

MODEL = "survey.survey"
RATED = ("scale", "numerical_box")
_WEIGHT = re.compile(r"[\s(（\[【]*(\d+(?:\.\d+)?)\s*[%％][)）\]】]*")
_QUESTION = [
    "title", "description", "question_type", "constr_mandatory", "write_date",
    "scale_min_label", "scale_mid_label", "scale_max_label",
]  # fmt: skip


def template_id(survey: int) -> str:
    """Our id of the template that a survey is."""
    return f"odoo-{survey}"


def changed_since(model: str, time: str) -> list[Any]:
    """The domain of what changed since a time of Odoo. A survey changes with its questions."""
    own = ["write_date", ">=", time]
    return ["|", own, ["question_and_page_ids.write_date", ">=", time]] if model == MODEL else [own]


def remote_template(odoo: Odoo, row: Row) -> RemoteTemplate | None:
    """A survey as a template; None where nothing in it is rated."""
    survey = row["id"]
    head = odoo.row(MODEL, survey, ["title"])
    questions = odoo.rows(
        "survey.question",
        [["survey_id", "=", survey], ["question_type", "in", list(RATED)]],
        odoo.known("survey.question", _QUESTION),
        order="sequence,id",
    )
    if not questions:
        return None
    changed = max([str(row["write_date"]), *(str(question["write_date"]) for question in questions)])
    version = int(re.sub(r"\D", "", changed)[:12])
    title = str(head["title"])
    body = {
        "id": template_id(survey),
        "version": version,
        "title": {"zh": title, "en": title},
        "dimensions": _dimensions(questions),
    }
    return RemoteTemplate(template_id(survey), version, body, f"{changed.replace(' ', 'T')}+00:00", not row["active"])


def _dimensions(questions: list[Row]) -> list[dict[str, Any]]:
    told = [_told(question) for question in questions]
    weights = [weight for _, _, weight in told]
    even = all(weight is None for weight in weights)
    return [
        {
            "id": f"q{question['id']}",
            "title": {"zh": title, "en": title},
            "description": {"zh": description, "en": description},
            "weight": 1.0 if even else weight or 0.0,
            "required": bool(question.get("constr_mandatory")),
            "anchors": _anchors(question),
            "supports": [],
        }
        for question, (title, description, weight) in zip(questions, told, strict=True)
    ]


def _told(question: Row) -> tuple[str, str, float | None]:
    """Title and description of a dimension, and its weight where one of them tells it."""
    title, description = str(question["title"]), plain(question.get("description"))
    found = _WEIGHT.search(title) or _WEIGHT.search(description)
    short = _WEIGHT.sub("", title).strip() or title
    return short, description, float(found[1]) if found else None


def _anchors(question: Row) -> list[dict[str, Any]]:
    """The labels of a scale's ends and middle."""
    labels = ((0, "scale_min_label"), (5, "scale_mid_label"), (10, "scale_max_label"))
    said = [(score, str(question[name])) for score, name in labels if question.get(name)]
    return [{"score": score, "zh": label, "en": label} for score, label in said]
