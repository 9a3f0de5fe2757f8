"""The plug is pulled: answers get lost, the server is killed. PostgreSQL is asked what arrived: nothing lost, nothing
doubled, each value the last one that was signed."""

from __future__ import annotations

import hashlib
import json
import random
import threading
import time

import pytest

from sync import listing
from sync.outbox import State
from sync.sender import Sender
from tests.odoo.faulty_way import FaultyWay
from tests.sync.ehr import assessment_body, drain_until_empty, enqueue_assessment, enqueue_interview

APPLICANTS = "select count(*), count(distinct id) from hr_applicant"
KEPT = """select d.name, a.checksum from ir_attachment a join ir_model_data d
    on d.model = 'ir.attachment' and d.res_id = a.id where a.name like 'mianjian-%' order by 1"""
NOTES = """select count(*) from mail_message m join ir_model_data d on d.model = 'mail.message' and d.res_id = m.id
    where d.name like 'note_%'"""
INTERVIEWS, REVISIONS, KILLS = 75, 4, 3


def sha1(body):
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


def waiting(sessions):
    with sessions() as session:
        counts = listing.counts(session)
    return counts[State.PENDING] + counts[State.INFLIGHT]


def test_every_first_answer_gets_lost_and_nothing_doubles(company, connect, serving, sessions, queue, clock, sql):
    with FaultyWay(serving.url, "lose_first") as way:
        wanted = {}
        with sessions() as session:
            for _ in range(3):
                interview, assessment = enqueue_interview(session)
                enqueue_assessment(session, interview, assessment, revision=2, composite=9.25)
                for revision, more in ((1, {}), (2, {"composite": 9.25})):
                    body = assessment_body(interview, assessment, revision, **more)
                    wanted[f"{assessment}_{revision}"] = sha1(body)
        drain_until_empty(Sender(sessions, connect(url=way.url), queue), queue, clock, sessions)
    with sessions() as session:
        assert {item.state for item in listing.items(session)} == {State.DONE}
    assert way.faults.seen["lose_first"] >= 3 * (1 + 3 + 2)
    assert sql(APPLICANTS) == [["3", "3"]]
    assert {name.removeprefix("assessment_")[:-9]: checksum for name, checksum in sql(KEPT)} == wanted
    assert sql(NOTES) == "6"
    assert sql("select distinct x_composite from hr_applicant") == "9.25"
    stage = "select distinct s.name ->> 'en_US' from hr_applicant a join hr_recruitment_stage s on s.id = a.stage_id"
    assert sql(stage) == "已评估"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_server_is_killed_while_300_assessments_are_pushed(
    company, connect, own_server, sessions, queue, clock, sql, capsys
):
    """SIGKILL at three random moments; each revision is signed upon the one before, so order counts too."""
    chance, wanted, last = random.Random(20261126), {}, {}
    with sessions() as session:
        for _ in range(INTERVIEWS):
            interview, assessment = enqueue_interview(session)
            for revision in range(1, REVISIONS + 1):
                more = {} if revision == 1 else {"composite": round(chance.uniform(1, 10), 2)}
                if revision > 1:
                    enqueue_assessment(session, interview, assessment, revision=revision, **more)
                body = assessment_body(interview, assessment, revision, **more)
                wanted[f"{assessment}_{revision}"] = sha1(body)
            last[assessment] = json.loads(body)["composite"]
    killer = Killer(own_server, sorted(chance.sample(range(60, 600), KILLS)), lambda: waiting(sessions))
    began = time.monotonic()
    sender = Sender(sessions, connect(url=own_server.url), queue)
    with killer:
        drain_until_empty(sender, queue, clock, sessions, rounds=5000)
    spent = time.monotonic() - began
    kept = {name.removeprefix("assessment_")[:-9]: checksum for name, checksum in sql(KEPT)}
    with capsys.disabled():
        print(f"\n   {len(wanted)} assessments, {killer.kills} kills, {spent:.0f} s: {len(kept)} arrived, "
              f"{len(wanted.keys() - kept.keys())} lost, {len(sql(KEPT)) - len(wanted)} doubled")  # fmt: skip
    assert killer.kills == KILLS
    with sessions() as session:
        assert {item.state for item in listing.items(session)} == {State.DONE}
    assert kept == wanted
    assert len(sql(KEPT)) == len(wanted) == INTERVIEWS * REVISIONS
    assert sql(APPLICANTS) == [[str(INTERVIEWS)] * 2]
    assert sql(NOTES) == str(len(wanted))
    by_assessment = sql("""select distinct substr(d.name, 12, 36), p.x_composite from hr_applicant p
        join ir_attachment a on a.res_model = 'hr.applicant' and a.res_id = p.id and a.name like 'mianjian-%'
        join ir_model_data d on d.model = 'ir.attachment' and d.res_id = a.id""")
    assert {name: float(value) for name, value in by_assessment} == last


class Killer:
    """Kills a server as soon as so many items are left, from a thread of its own, and starts it again."""

    def __init__(self, server, moments, left):
        self._server, self._moments, self._left = server, moments, left
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="killer")
        self.kills = 0

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _run(self):
        while self._moments and not self._stop.wait(0.005):
            if self._left() <= self._moments[-1]:
                self._moments.pop()
                self._server.kill()
                self.kills += 1
                self._server.start()
