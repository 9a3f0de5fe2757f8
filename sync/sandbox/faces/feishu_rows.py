"""What the sandbox holds in the shapes of Feishu Hire (飞书招聘): jobs, applications, talents, interviews, forms.

One candidate of the store is one talent with one application; times are milliseconds since 1970.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sync.sandbox.store import CANCELLED, STATUSES, Store

Row = dict[str, Any]
STAGES: dict[str, tuple[str, str]] = {
    "screening": ("简历筛选", "Screening"), "scheduled": ("待面试", "To be interviewed"),
    "in_progress": ("面试中", "In interview"), "to_review": ("待评估", "To be assessed"),
    "assessed": ("已评估", "Assessed"), "offer": ("Offer 沟通", "Offer"),
}  # fmt: skip
"""The stages of the one recruiting process, in its order; those between the first and the last are statuses too."""
_STAGE_TYPES = {"screening": 1, "offer": 5}
_INTERVIEW_STAGE = 4
PROCESS_ID = "process-1"
SINGLE_CHOICE, NUMBER, LINES, MODULE, CHOICES = 3, 9, 2, 11, 4
HOUR_MS = 3_600_000
_FIELDS: tuple[Row, ...] = (
    {"id": "field-grade", "name": ("综合评级", "Overall grade"), "type": SINGLE_CHOICE,
     "options": {"grade-a": "A", "grade-b": "B", "grade-c": "C", "grade-d": "D"}},
    {"id": "field-talk", "name": ("沟通表达分", "Communication score"), "type": NUMBER, "options": {}},
    {"id": "field-note", "name": ("面试评语", "Interview remarks"), "type": LINES, "options": {}},
    {"id": "field-tags", "name": ("技能标签", "Skills"), "type": CHOICES,
     "options": {"tag-sql": "SQL", "tag-python": "Python"}},
)  # fmt: skip
"""The company's own fields of a talent; a document "feishu_field" with the same id replaces one."""


class Rows:
    """Reads the store as Feishu Hire would show it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def jobs(self) -> list[Row]:
        """All jobs; a deleted position is a closed job."""
        return [self._job(position) for position in self._store.all("position", deleted=True)]

    def job(self, job_id: str) -> Row | None:
        """One job."""
        position = self._store.entity("position", job_id)
        return self._job(position) if position else None

    def job_detail(self, job_id: str) -> Row | None:
        """One job with its settings."""
        job = self.job(job_id)
        if job is None:
            return None
        position = self._store.entity("position", job_id) or {}
        basic = job | {
            "department": {"id": job["department"]["id"], "name": i18n(job["department"]["zh_name"])},
            "highlight_list": [{"id": one["id"], "name": i18n(one["zh_name"])} for one in job["highlight_list"]],
            "create_time": job["create_timestamp"], "update_time": job["update_timestamp"],
            "process_name": i18n("社招流程", "Recruiting"),
        }  # fmt: skip
        form = next((form for form in self.forms() if _template_of(form) == position.get("template_id")), None)
        config = {"assessment_template": {"id": form["id"], "name": form["name"]}} if form else {}
        return {"basic_info": basic, "job_config": config, "job_requirement_list": []}

    def applications(self) -> list[Row]:
        """All applications, without their stage: candidates with a position."""
        return [_application(one) for one in self._store.all("candidate") if one["position_id"]]

    def application(self, application_id: str) -> Row | None:
        """One application."""
        one = self._candidate(application_id.removeprefix("app-"))
        if one is None or not one["position_id"]:
            return None
        return _application(one) | {"stage": stage(self.stage_of(one))}

    def talents(self) -> list[Row]:
        """All talents, those without an application too."""
        return [self._talent(one) for one in self._store.all("candidate")]

    def talent(self, talent_id: str) -> Row | None:
        """One talent."""
        one = self._candidate(talent_id)
        return self._talent(one) if one else None

    def talent_v2(self, talent_id: str) -> Row | None:
        """One talent as the second version of the interface tells it."""
        talent = self.talent(talent_id)
        if talent is None:
            return None
        basic = talent["basic_info"]
        person = self._store.entity("candidate", talent_id) or {}
        resumes = [
            {"id": one["id"], "name": one["name"], "mime": one["media_type"]} for one in person.get("documents", [])
        ]
        return {
            "talent_id": talent_id,
            "basic_info": {
                "name": basic["name"], "mobile_number": basic["mobile"], "mobile_code": basic["mobile_code"],
                "email": basic["email"], "update_time": str(basic["modify_time"]),
            },
            "works_list": [{"id": w["id"], "link": w["link"], "description": w["desc"]} for w in talent["works_list"]],
            "resume_attachment_list": resumes,
            "customized_data_list": customized(person.get("custom", [])),
        }  # fmt: skip

    def interviews(self, application_id: str = "") -> list[Row]:
        """Planned interviews, those that did not come from elsewhere: of one application, or ("") all. One that was
        called off is not there any more."""
        one = self._candidate(application_id.removeprefix("app-"))
        asked = [one] if one else []
        people = self._store.all("candidate") if not application_id else asked
        planned = [(person, self.planned(person)) for person in people if person["position_id"]]
        return [_interview(one, person) for person, one in planned if one and one["status"] != CANCELLED]

    def forms(self) -> list[Row]:
        """All feedback forms in their newest version; every id in them changes with the version."""
        return [_form(template) for template in self._store.all("template")]

    def process(self) -> Row:
        """The one recruiting process."""
        return {"id": PROCESS_ID, "zh_name": "社招流程", "en_name": "Recruiting", "type": 1,
                "stage_list": [stage(name) for name in STAGES]}  # fmt: skip

    def talent_fields(self) -> list[Row]:
        """The company's fields of a talent, in one module."""
        fields = [self._store.document("feishu_field", one["id"]) or one for one in _FIELDS]
        children = [_field(one) for one in fields if not one.get("gone")]
        return [{"id": "module-review", "name": i18n("面试评价", "Interview"), "is_customized": True,
                 "setting": {"object_type": MODULE}, "active_status": 1, "children_list": children}]  # fmt: skip

    def stage_of(self, candidate: Row) -> str:
        """Name of the stage in which an application stands."""
        own = self._store.document("feishu_stage", candidate["id"])
        if own:
            return str(own["stage"])
        planned = self.planned(candidate)
        if planned is None:
            return "screening"
        return STATUSES[0] if planned["status"] == CANCELLED else str(planned["status"])

    def planned(self, candidate: Row) -> Row | None:
        """The newest planned interview of a candidate."""
        newest: Row | None = candidate["interview"]
        if newest is None or newest["client_id"] is None:
            return newest
        own = [one for one in self._store.interviews() if one["candidate_id"] == candidate["id"]]
        return next((one for one in reversed(own) if one["client_id"] is None), None)

    def _candidate(self, candidate_id: str) -> Row | None:
        found = self._store.entity("candidate", candidate_id)
        return found if found and not found["deleted"] else None

    def _job(self, position: Row) -> Row:
        changed = str(ms(position["updated"]))
        highlights = [
            {"id": f"hl-{n}", "zh_name": word, "en_name": word} for n, word in enumerate(position["keywords"])
        ]
        return {
            "id": position["id"], "title": position["title"], "code": position["id"].upper(),
            "description": position["description"], "requirement": position["requirements"],
            "department": {"id": "dep-1", "zh_name": position["department"], "en_name": position["department"]},
            "highlight_list": highlights, "active_status": 2 if position["deleted"] else 1,
            "process_id": PROCESS_ID, "process_type": 1, "create_timestamp": changed, "update_timestamp": changed,
            "customized_data_list": customized(position["custom"]),
        }  # fmt: skip

    def _talent(self, candidate: Row) -> Row:
        code, _, number = candidate["phone"].partition(" ")
        own = self._store.document("feishu_talent", candidate["id"]) or {}
        return {
            "id": candidate["id"],
            "basic_info": {"name": candidate["name"], "mobile": number or code, "mobile_code": code if number else "",
                           "email": candidate["email"], "modify_time": ms(candidate["updated"])},
            "works_list": own.get("works_list", []),
        }  # fmt: skip


def customized(fields: list[Row]) -> list[Row]:
    """The company's own fields with their values."""
    return [
        {"object_id": f"custom-{n}", "name": i18n(one["title"]), "object_type": 1, "value": {"content": one["value"]}}
        for n, one in enumerate(fields)
    ]


def i18n(zh: str, en: str = "") -> Row:
    """A text in both languages."""
    return {"zh_cn": zh, "en_us": en or zh}


def stage_id(name: str) -> str:
    """The id of a stage."""
    return f"stage-{name}"


def stage(name: str) -> Row:
    """A stage as applications and processes tell it."""
    zh, en = STAGES[name]
    return {"id": stage_id(name), "zh_name": zh, "en_name": en, "type": _STAGE_TYPES.get(name, _INTERVIEW_STAGE)}


def ms(moment: str) -> int:
    """Milliseconds since 1970 of an ISO 8601 time."""
    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def _template_of(form: Row) -> str:
    return str(form["id"]).rpartition("-v")[0].removeprefix("form-")


def _form(template: Row) -> Row:
    body, version = template["body"], template["version"]
    form_id = f"form-{template['id']}-v{version}"
    dimensions = [_dimension(form_id, n, one) for n, one in enumerate(body["dimensions"])]
    module = {"id": f"{form_id}-m1", "name": i18n("能力评价", "Competences"), "type": 2, "sequence": 1, "weight": 100.0,
              "dimensions": dimensions}  # fmt: skip
    return {"id": form_id, "version": version, "type": 1, "modules": [module],
            "name": i18n(body["title"]["zh"], body["title"]["en"])}  # fmt: skip


def _dimension(form_id: str, place: int, dimension: Row) -> Row:
    options = [
        {"id": f"{form_id}-{place}-{one['score']}", "name": i18n(str(one["score"])), "score_val": one["score"],
         "description": i18n(one["zh"], one["en"])}
        for one in dimension.get("anchors", [])
    ]  # fmt: skip
    description = dimension.get("description", {"zh": "", "en": ""})
    return {
        "id": f"{form_id}-d{place}", "name": i18n(dimension["title"]["zh"], dimension["title"]["en"]),
        "description": {"zh_cn": description["zh"], "en_us": description["en"]}, "type": 5, "enabled": True,
        "sequence": place, "is_required": dimension.get("required", True), "weight": float(dimension["weight"]),
        "score_dimension_config": {"score_dimension_type": 1, "lower_limit_score": 0, "upper_limit_score": 10},
        "option_items": options,
    }  # fmt: skip


def _field(field: Row) -> Row:
    options = [{"key": key, "name": i18n(word), "active_status": 1} for key, word in field["options"].items()]
    setting: Row = {"object_type": field["type"]} | ({"config": {"options": options}} if options else {})
    return {"id": field["id"], "name": i18n(*field["name"]), "setting": setting, "parent_id": "module-review",
            "is_customized": True, "is_required": False, "is_visible": True, "active_status": 1}  # fmt: skip


def _application(candidate: Row) -> Row:
    changed = str(ms(candidate["updated"]))
    return {"id": f"app-{candidate['id']}", "job_id": candidate["position_id"], "talent_id": candidate["id"],
            "active_status": 2 if candidate.get("terminated") else 1, "delivery_type": 2, "create_time": changed,
            "modify_time": changed}  # fmt: skip


def _interview(interview: Row, candidate: Row) -> Row:
    begin = ms(interview["scheduled_at"]) if interview["scheduled_at"] else 0
    done = interview["status"] == "assessed"
    record = {"id": f"rec-{interview['id']}", "user_id": "ou_interviewer", "commit_status": 1 if done else 2}
    zone, status, changed = interview["time_zone"], interview["status"], ms(candidate["updated"])
    return {
        "id": interview["id"], "application_id": f"app-{candidate['id']}", "round": 1, "begin_time": begin,
        "end_time": begin + HOUR_MS if begin else 0, "interview_record_list": [record],
        "stage": {"id": stage_id(status), "name": i18n(*STAGES[status])}, "stage_id": stage_id(status),
        "talent_time_zone": {"code": zone, "name": i18n(zone)}, "biz_create_time": changed, "biz_modify_time": changed,
    }  # fmt: skip
