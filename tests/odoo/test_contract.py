"""The suite that every HR system has to bear, against a real Odoo behind a way on which answers get lost."""

from __future__ import annotations

import base64
import json
import re

import pytest

from sync.mapping import Entry
from tests.odoo.faulty_way import FaultyWay
from tests.odoo.office import STAGES
from tests.sync.far_sides import Arrived, Twice
from tests.sync.test_contract_suite import *  # noqa: F403 the tests themselves
from tests.sync.test_contract_suite import STEPS

STATUSES = dict(zip(STAGES, ("scheduled", *STEPS), strict=True))

FIELDS = {"summary": "properties/备注", "composite": "x_composite"}
MAPPED = (Entry("summary", FIELDS["summary"], "text"), Entry("composite", FIELDS["composite"], "number"))


class OdooSide:
    """A real Odoo, as `tests.sync.far_sides.FarSide` wants to see it. What arrived is asked of PostgreSQL."""

    twice = Twice.NOTHING

    def __init__(self, way, connect, office, company, sql):
        self._way, self._connect, self._office, self._company, self._sql = way, connect, office, company, sql

    def hr(self, **more):
        return self._connect(url=self._way.url, **{"mapping": MAPPED} | more)

    def misbehave(self, faults):
        if any(word in faults for word in ("duplicate", "reorder", "edit")):
            return False  # the way to Odoo hands on what comes as it is; its own tests do these
        self._way.faults.set(_rarer(faults))
        return True

    def misbehaved(self):
        return bool(self._way.faults.seen)

    def arrived(self):
        rows = self._rows("select id from ir_attachment where name like 'mianjian-%' order by id")
        kept = [json.loads(base64.b64decode(self._office.read("ir.attachment", int(row), "datas"))) for (row,) in rows]
        return [Arrived(one["external_id"], one["summary"]) for one in kept]

    def notes(self):
        rows = self._rows("""select m.id from mail_message m join ir_model_data d on d.model = 'mail.message'
            and d.res_id = m.id where d.module = 'mianjian' and d.name like 'said_%' order by 1""")
        return [self._office.read("mail.message", int(row), "body") for (row,) in rows]

    def moves(self, interview_id):
        rows = self._rows(f"""select t.new_value_char from mail_tracking_value t
            join mail_message m on m.id = t.mail_message_id join ir_model_fields f on f.id = t.field_id
            where m.model = 'hr.applicant' and f.name = 'stage_id' and m.res_id = {self._applicant(interview_id)}
            order by t.id""")
        return [STATUSES[stage] for (stage,) in rows if STATUSES[stage] != "scheduled"]

    def registered(self):
        rows = self._rows("select name from ir_model_data where module = 'mianjian' and model = 'hr.applicant'")
        return [name.removeprefix("interview_")[:-9] for (name,) in rows]

    def somebody_moves(self, interview_id, target):
        stage = self._company.stages[["scheduled", *STEPS].index(target)]
        self._office.edit("hr.applicant", self._applicant(interview_id), stage_id=stage)

    def card(self, ours):
        return FIELDS[ours]

    def composite(self, value):
        return value

    def standing(self, assessment_id):
        applicant = self._about(assessment_id)
        composite = self._office.read("hr.applicant", applicant, "x_composite")
        return {"summary": self._office.properties(applicant)["备注"], "composite": composite}

    def somebody_writes(self, assessment_id, **values):
        applicant = self._about(assessment_id)
        if "summary" in values:
            self._office.put_property(applicant, "备注", values["summary"])
        if "composite" in values:
            self._office.edit("hr.applicant", applicant, x_composite=values["composite"])

    def between(self, then):
        return None

    def lose_field(self):
        gone = (*MAPPED, Entry("summary", "properties/没有这一项", "text"))
        return self._connect(url=self._way.url, mapping=gone)

    def positions(self):
        found = self._office.call("hr.job", "search_read", domain=[], fields=["name"], order="id")
        return {str(job["id"]): job["name"] for job in found}

    def rename_position(self, remote_id, title):
        self._office.edit("hr.job", int(remote_id), name=title)

    def delete_position(self, remote_id):
        self._office.call("hr.job", "unlink", ids=[int(remote_id)])

    def _about(self, assessment_id):
        name = f"mianjian-{assessment_id}-%"
        return int(self._rows(f"select res_id from ir_attachment where name like '{name}' limit 1")[0][0])

    def _applicant(self, interview_id):
        name = f"interview_{interview_id}%"
        return int(self._sql(f"select res_id from ir_model_data where module = 'mianjian' and name like '{name}'"))

    def _rows(self, query):
        found = self._sql(query)
        return [[found]] if isinstance(found, str) else found


def _rarer(faults):
    """A result takes five calls here: each fault is made rarer at a call, so that it is about as likely at a result."""
    return re.sub(r"([a-z_\d]+):0\.(\d+)", lambda found: f"{found[1]}:{float('0.' + found[2]) / 3:.3f}", faults)


@pytest.fixture
def far(serving, connect, office, company, sql):
    """A real Odoo with three positions."""
    for name in ("产品经理", "数据分析师"):
        office.job(name)
    with FaultyWay(serving.url) as way:
        yield OdooSide(way, connect, office, company, sql)
