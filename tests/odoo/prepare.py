"""Runs inside `odoo shell`, which brings `env`: the people of the template database, and an API key for each.

`recruiter` is what the guide tells HR to make: a user of recruitment and surveys, no administrator; `officer` is the
same without surveys, `stranger` without either.
"""

import json

env = globals()["env"]
GROUPS = {
    "recruiter": ["base.group_user", "hr_recruitment.group_hr_recruitment_user", "survey.group_survey_user"],
    "officer": ["base.group_user", "hr_recruitment.group_hr_recruitment_user"],
    "stranger": ["base.group_user"],
}

admin = env.ref("base.user_admin")
admin.group_ids += env.ref("hr_recruitment.group_hr_recruitment_manager") + env.ref("survey.group_survey_manager")
users = {"admin": admin}
for name, groups in GROUPS.items():
    group_ids = [(6, 0, [env.ref(group).id for group in groups])]
    users[name] = env["res.users"].create(
        {"name": name.title(), "login": name, "password": name, "group_ids": group_ids}
    )
keys = {}
for name, user in users.items():
    keys[name] = env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "MianJian", None)
env.cr.commit()
print("KEYS " + json.dumps(keys))
