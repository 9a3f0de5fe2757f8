"""What a person in HR changes on the sandbox's page, by its own forms, and that no other page can."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from uuid import uuid4

import pytest
import requests

from sync.conflicts import contested
from sync.failures import RemoteConflict
from sync.sandbox.faults import Faults
from sync.sandbox.fields import titled
from sync.sandbox.forms import specification, switches
from sync.system import Agreed
from tests.sync.ehr import assessment_body, interview_body
from tests.sync.test_sandbox import contract, fits


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what its fields hold."""

    def __init__(self, html):
        super().__init__()
        self.forms, self._form, self._open, self._select = [], None, "", ""
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        said = dict(attributes)
        if tag == "form":
            self._form = {}
            self.forms.append((said["action"], self._form))
        elif tag == "input" and (said.get("type") != "checkbox" or "checked" in said):
            self._form[said["name"]] = said.get("value", "")
        elif tag == "textarea":
            self._open = said["name"]
            self._form[self._open] = ""
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option" and "selected" in said:
            self._form[self._select] = said["value"]

    def handle_data(self, data):
        if self._open:
            self._form[self._open] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._open = ""


@pytest.fixture
def edit(sandbox):
    """Opens a form of the page, changes fields and sends it; gives the answer."""

    def edited(what, changes, which=0, language="zh"):
        page = requests.get(f"{sandbox.url}/", params={"lang": language, "edit": what}, timeout=10)
        action, fields = Forms(page.text).forms[which]
        assert set(changes) <= set(fields) | {name for name in changes if name.startswith("on.")}
        answer = requests.post(sandbox.url + action, data=fields | changes, timeout=10, allow_redirects=False)
        if answer.status_code == 303:
            assert requests.get(sandbox.url + answer.headers["Location"], timeout=10).status_code == 200
        return answer

    return edited


def changes(sandbox):
    """The feed as the product reads it, which has to be what the contract says."""
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    page = requests.get(f"{sandbox.url}/v1/changes?limit=200", headers=headers, timeout=10).json()
    fits(page, "Changes")
    return page


def test_a_position_is_changed_and_comes_with_the_next_pull(sandbox, edit):
    position = sandbox.store.all("position")[0]
    new = {"title": "资深 <b>后端</b>", "requirements": "五年经验", "keywords": "微服务\r\n\r\n 高并发 "}
    assert edit(f"position:{position['id']}", new).status_code == 303
    pulled = next(one for one in changes(sandbox)["positions"] if one["id"] == position["id"])
    assert (pulled["title"], pulled["keywords"]) == ("资深 <b>后端</b>", ["微服务", "高并发"])
    rest = {"department", "description", "template_id", "weights_locked"}
    assert {name: pulled[name] for name in rest} == {name: position[name] for name in rest}
    assert "资深 &lt;b&gt;后端&lt;/b&gt;" in requests.get(sandbox.url, timeout=10).text
    before = sandbox.store.revision
    assert edit(f"position:{position['id']}", {}).status_code == 303
    assert sandbox.store.revision == before, "what is saved unchanged is no change"


def test_a_candidate_is_moved_to_any_stage_and_planned_anew(sandbox, edit):
    candidate = next(one for one in sandbox.store.all("candidate") if one["interview"])
    where = f"candidate:{candidate['id']}"
    plan = {"status": "to_review", "scheduled_at": "2027-03-28T09:30", "time_zone": "Europe/London", "phone": "12345"}
    assert edit(where, plan).status_code == 303
    pulled = next(one for one in changes(sandbox)["candidates"] if one["id"] == candidate["id"])
    assert pulled["phone"] == "12345"
    assert pulled["interview"]["status"] == "to_review"
    assert pulled["interview"]["scheduled_at"] == "2027-03-28T08:30:00Z"
    assert pulled["documents"] == candidate["documents"]
    assert edit(where, {"status": "cancelled"}).status_code == 303
    assert edit(where, {"status": "scheduled"}).status_code == 303
    stands = sandbox.store.entity("candidate", candidate["id"])["interview"]
    assert (stands["status"], stands["scheduled_at"]) == ("scheduled", "2027-03-28T08:30:00Z")


@pytest.fixture
def delivered(sandbox, connect):
    """A result that was delivered; gives (client, assessment id, what is agreed, how to make its next revision)."""
    client, interview, assessment = connect(sandbox), str(uuid4()), str(uuid4())
    client.register_interview(interview_body(interview), str(uuid4()))
    own = {"custom_fields": {"level": "grade_b", "communication": 3}}

    def signed(revision, **more):
        return assessment_body(interview, assessment, revision, **more)

    told = client.put_assessment(f"{assessment}:1", signed(1), str(uuid4()), Agreed()).told
    sandbox.store.edit_result(assessment, own)
    return client, assessment, Agreed(told), signed


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("kind", "rows", "name"), [("position", "positions", "pos-pm"),
                                                    ("candidate", "candidates", "cand-clarke")])  # fmt: skip
def test_who_and_what_is_deleted_is_gone_from_the_page_and_told_with_the_next_pull(
    sandbox, edit, kind, rows, name, language
):
    page = {"url": f"{sandbox.url}/", "params": {"lang": language}, "timeout": 10}
    assert f'id="{kind}-{name}"' in requests.get(**page).text
    assert edit(f"{kind}:{name}", {"there": "deleted"}, language=language).status_code == 303
    assert f'id="{kind}-{name}"' not in requests.get(**page).text
    told = [one for one in changes(sandbox)[rows] if one["id"] == name]
    assert [one["deleted"] for one in told] == [True]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_conflict_is_made_by_hand(language, sandbox, edit, delivered):
    client, assessment, agreed, signed = delivered
    new = {
        "composite": "3.25", "conclusion": "no_hire", "dimensions.communication.comment": "另一种看法",
        "custom_fields.level": "grade_d", "custom_fields.communication": "2",
    }  # fmt: skip
    assert edit(f"result:{assessment}", new, language=language).status_code == 303
    body = sandbox.store.standing(assessment).body
    assert (body["composite"], body["conclusion"]) == (3.25, "no_hire")
    assert body["custom_fields"] == {"level": "grade_d", "communication": 2}
    headers = {"Authorization": f"Bearer {sandbox.key}"}
    stands = requests.get(f"{sandbox.url}/v1/results/{assessment}", headers=headers, timeout=10).json()
    fits(stands, "Result")
    with pytest.raises(RemoteConflict) as conflict:
        client.put_assessment(f"{assessment}:2", signed(2, composite=9.0), str(uuid4()), agreed)
    (card,) = contested(conflict.value.theirs)
    assert (card["field"], card["mine"], card["theirs"]) == ("composite", 9.0, 3.25)
    merged = client.put_assessment(f"{assessment}:2", signed(2, summary="新的总结"), str(uuid4()), agreed)
    assert merged is not None
    body = sandbox.store.standing(assessment).body
    assert (body["summary"], body["composite"], body["conclusion"]) == ("新的总结", 3.25, "no_hire")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("what", "wrong", "problem"),
    [
        ("position", {"title": "  "}, "title_missing"),
        ("candidate", {"name": ""}, "name_missing"),
        ("candidate", {"time_zone": "Moon/Crater"}, "zone_invalid"),
        ("candidate", {"scheduled_at": "soon"}, "time_invalid"),
        ("candidate", {"status": "hired"}, "field_invalid"),
        ("candidate", {"position_id": "nowhere"}, "position_unknown"),
        ("result", {"composite": "11"}, "number_invalid"),
        ("result", {"composite": "nan"}, "number_invalid"),
        ("result", {"conclusion": "maybe"}, "field_invalid"),
        ("result", {"custom_fields.communication": "2.5"}, "field_invalid"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost_or_written(
    language, what, wrong, problem, sandbox, edit, delivered, page_words
):  # fmt: skip
    names = {"position": sandbox.store.all("position")[0]["id"], "result": delivered[1]}
    names["candidate"] = next(one["id"] for one in sandbox.store.all("candidate") if one["interview"])
    before = sandbox.store.revision
    answer = edit(f"{what}:{names[what]}", wrong, language=language)
    assert answer.status_code == 422
    assert page_words[language][f"problem_{problem}"] in answer.text
    ((_, fields),) = Forms(answer.text).forms
    (entered,) = wrong.items()
    assert entered[0] in ("status", "conclusion", "position_id") or fields[entered[0]].strip() == entered[1].strip()
    assert sandbox.store.revision == before


@pytest.fixture
def page_words():
    import tomllib

    from sync.sandbox.page import FOLDER

    return tomllib.loads((FOLDER / "page.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_faults_are_switched_on_the_page(language, sandbox, edit):
    on = {"on.slow": "1", "chance.slow": "25", "seconds.slow": "0.5", "on.429": "1", "retry.429": "2", "times.429": "3",
          "on.edit": "1", "field.edit": "composite", "skew": "-90", "seed": "7"}  # fmt: skip
    assert edit("faults", on, language=language).status_code == 303
    assert sandbox.faults.spec == "429:retry=2:times=3,slow:0.25:0.5,edit:field=composite,seed=7,skew=-90"
    assert (sandbox.faults.skew_s, len(sandbox.faults.in_force())) == (-90.0, 3)
    page = requests.get(f"{sandbox.url}/?edit=faults&lang={language}", timeout=10).text
    shown = Forms(page).forms[0][1]
    assert {name: shown[name] for name in on} == on
    assert "on.500" not in shown
    assert "die_after" not in page, "this sandbox has no process of its own"
    assert edit("faults", {"chance.slow": "300"}).status_code == 422
    assert edit("faults", {"spec": "banana"}, which=1).status_code == 422
    assert sandbox.faults.spec.startswith("429:")
    assert edit("faults", {"spec": ""}, which=1).status_code == 303
    assert sandbox.faults.spec == ""


def test_every_switch_is_a_fault_that_can_be_read():
    faults = Faults(mortal=True)
    for row in switches(faults):
        given = {f"on.{row['name']}": "1"}
        given |= {f"{option}.{row['name']}": str(row[option]) for option in ("chance", "times", "seconds", "retry")
                  if row[option] is not None}  # fmt: skip
        faults.set(specification(given))
        (one,) = faults.in_force()
        assert (one.name, one.chance) == (row["name"], 1.0)
        assert [each["on"] for each in switches(faults)].count(True) == 1
        faults.set("")


def test_no_other_page_and_no_other_name_changes_anything(sandbox):
    position = sandbox.store.all("position")[0]["id"]
    before = sandbox.store.revision
    form = {"title": "x", "token": "guessed"}
    for where in (f"/edit/position/{position}", "/edit/faults"):
        assert requests.post(sandbox.url + where, data=form, timeout=10).status_code == 403
        assert requests.post(sandbox.url + where, data={"title": "x", "spec": "500"}, timeout=10).status_code == 403
        elsewhere = requests.post(sandbox.url + where, data=form, headers={"Host": "evil.example"}, timeout=10)
        assert elsewhere.status_code == 421
    assert requests.post(f"{sandbox.url}/edit/position/nobody", data=form, timeout=10).status_code == 404
    assert requests.get(f"{sandbox.url}/?edit=position:nobody", timeout=10).status_code == 200
    assert (sandbox.store.revision, sandbox.faults.spec) == (before, "")
    policy = requests.get(sandbox.url, timeout=10).headers["Content-Security-Policy"]
    assert "form-action 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_pages_own_paths_are_no_part_of_the_contract():
    assert not [path for path in contract()["paths"] if path.startswith(("/edit", "/sandbox"))]
    assert json.dumps(contract()).count("/edit/") == 0


def test_own_fields_are_read_in_words():
    values = {"talent_pool": ["tag_core", "tag_watch"], "next_round": True, "communication": 1, "remarks": None}
    assert [said for _, said in titled(values, "en")] == ["Core reserve, Keep in touch", "✓", "1", "–"]
