"""What the people of a company do in their Odoo, by the same interface: jobs, stages, fields, and edits in between."""

from __future__ import annotations

import requests

from sync.mapping import Entry, Level

STAGES = ("待面试", "面试中", "待评估", "已评估")
PROPERTIES = [
    {"name": "9f1c0a", "string": "语言表达", "type": "float"},
    {"name": "07bb3e", "string": "面试结论", "type": "selection", "selection": [["yes", "推荐"], ["no", "不推荐"]]},
    {"name": "51aa77", "string": "备注", "type": "text"},
]
"""As Odoo's own screen makes them: technical names that say nothing."""
MAPPING = (
    Entry("dimensions.communication.combined", "properties/语言表达", type="number", scale=(0, 10, 1, 5)),
    Entry("conclusion", "properties/面试结论", type="option", options={"hire": "yes", "no_hire": "no"}),
    Entry("composite", "x_composite", type="number"),
    Entry("composite", "priority", type="option", levels=(Level("1", 5), Level("2", 8), Level("3"))),
)


class Office:
    """Works in one Odoo with the administrator's key."""

    def __init__(self, url, key, database):
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}", "X-Odoo-Database": database}

    def call(self, model, method, **arguments):
        """What a method gives; AssertionError with Odoo's words when it fails."""
        with requests.Session() as session:
            session.trust_env = False
            where = f"{self._url}/json/2/{model}/{method}"
            answer = session.post(where, json=arguments, headers=self._headers, timeout=60)
        assert answer.status_code == 200, answer.json()["message"]
        return answer.json()

    def make(self, model, **values):
        """A new row; gives its id."""
        return self.call(model, "create", vals_list=[values])[0]

    def edit(self, model, row, **values):
        """Change a row."""
        self.call(model, "write", ids=[row], vals=values)

    def put_property(self, applicant, label, value):
        """Fill in one property of an applicant, as the form does: all others are sent along."""
        rows = self.read("hr.applicant", applicant, "applicant_properties")
        for row in rows:
            if row["string"] == label:
                row["value"] = value
        self.edit("hr.applicant", applicant, applicant_properties=rows)

    def read(self, model, row, field):
        """One value."""
        return self.call(model, "read", ids=[row], fields=[field])[0][field]

    def properties(self, applicant):
        """Values of an applicant's properties by their labels."""
        return {row["string"]: row.get("value") for row in self.read("hr.applicant", applicant, "applicant_properties")}

    def stages(self):
        """The four stages of the guide, after those that Odoo brings; gives their ids."""
        return [self.make("hr.recruitment.stage", name=name, sequence=20 + n) for n, name in enumerate(STAGES)]

    def job(self, name="后端工程师", properties=PROPERTIES, **more):
        """A job with properties of its applicants."""
        job = self.make("hr.job", name=name, **more)
        self.edit("hr.job", job, applicant_properties_definition=properties)
        return job

    def field(self, name, kind="float", label="综合得分"):
        """A field of the company's own on the applicant."""
        model = self.call("ir.model", "search", domain=[["model", "=", "hr.applicant"]])[0]
        return self.make("ir.model.fields", name=name, ttype=kind, model_id=model, field_description=label)

    def speak(self, language):
        """The language of the user whose key the program has."""
        (row,) = self.call("res.lang", "search", domain=[["code", "=", language], ["active", "in", [True, False]]])
        self.edit("res.lang", row, active=True)
        (user,) = self.call("res.users", "search", domain=[["login", "=", "recruiter"]])
        self.edit("res.users", user, lang=language)
