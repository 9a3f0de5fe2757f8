"""What hangs on positions and candidates of the HR system: pulled, fetched into the vault, taken back again."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import tracemalloc
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, insert, select

from app import documents
from app.domain.types import InterviewQuery, InterviewStatus
from app.failures import ReadOnly
from app.said import LEFT_THERE, WAITING, earlier_feedback, said_of
from app.store import Library
from app.store.tables import CandidateRow, InterviewRow
from sync import exchanges
from tests.app.hr import planned, sign

AT = datetime(2026, 3, 2, tzinfo=UTC)
RESUME = "张三 简历：十年后端经验".encode()


def held(library):
    folder = library.vault.folder / "documents"
    return {file.name for file in folder.glob("*")} if folder.is_dir() else set()


def change(sandbox, candidate, *, deleted=False, **changes):
    body = sandbox.store.entity("candidate", candidate)
    own = {name: body[name] for name in ("name", "email", "phone", "position_id", "documents", "history", "feedback")}
    sandbox.store.put("candidate", candidate, own | changes, deleted=deleted)


def test_requirements_own_fields_history_and_feedback_are_kept_as_the_hr_system_says_them(library, service):
    assert service.run_once().complete
    interview = planned(library)
    said = said_of(library, interview)
    assert "五年以上后端经验" in said.requirements
    assert (said.position[0].title, said.position[0].value) == ("职级", "P6–P7")
    assert [one.title for one in said.candidate] == ["期望薪资", "招聘渠道"]
    assert [line.kind for line in said.history] == ["投递", "筛选", "面试", "安排"]
    assert said.feedback == 1
    assert interview.position.description.startswith("负责订单")


def test_earlier_feedback_is_audited_until_the_own_assessment_is_signed(library, service):
    service.run_once()
    interview = planned(library)
    (feedback,) = earlier_feedback(library, interview)
    assert (feedback.by, feedback.score, feedback.top, feedback.round) == ("陈立", 4.0, 5.0, 1)
    looks = [line for line in library.audit(interview.id) if line.action == "earlier_feedback_opened"]
    assert len(looks) == 1
    assert "陈立" not in looks[0].detail
    sign(library, interview.id)
    earlier_feedback(library, library.interview(interview.id))
    assert len([line for line in library.audit(interview.id) if line.action == "earlier_feedback_opened"]) == 1
    with Library.open(library.folder, read_only_if_held=True, assessor="other") as looking, pytest.raises(ReadOnly):
        earlier_feedback(looking, looking.interview(interview.id))


def test_resumes_come_into_the_vault_in_the_background_and_nowhere_else(library, service, caplog):
    with caplog.at_level(logging.DEBUG):
        assert service.run_once().complete
    (document,) = said_of(library, planned(library)).documents
    assert document.name == "王小雨-后端工程师.pdf"
    with library.vault.open_document(document.sha256) as file:
        content = file.read()
    assert content.startswith(b"%PDF")
    assert hashlib.sha256(content).hexdigest() == document.sha256
    assert held(library) == {one.sha256 for name in ("王小雨", "Emma Clarke", "Daniel Okafor")
                             for one in said_of(library, planned(library, name)).documents}  # fmt: skip
    assert "Lanternfish" not in caplog.text
    assert "王小雨-后端" not in caplog.text
    assert service.run_once().complete


def test_the_record_of_a_call_has_size_and_hash_of_a_file_and_not_the_file(library, service):
    service.run_once()
    with library.reading() as session:
        fetched = [one for one in exchanges.listed(session) if one.path.startswith("/v1/documents/")]
        bodies = [exchanges.bodies(session, one.id)[1] for one in fetched]
    assert len(fetched) == 3
    assert {body.sha256 for body in bodies} == held(library)
    assert [body.text for body in bodies] == [None] * 3
    assert max(body.size for body in bodies) > 60_000


def test_a_changed_document_replaces_the_one_that_was_there(library, service, sandbox):
    service.run_once()
    before = said_of(library, planned(library)).documents[0].sha256
    change(
        sandbox, "cand-wang", documents=[sandbox.store.put_file("doc-cand-wang", "新简历.txt", "text/plain", RESUME)]
    )
    service.run_once()
    (document,) = said_of(library, planned(library)).documents
    assert (document.name, document.sha256) == ("新简历.txt", hashlib.sha256(RESUME).hexdigest())
    assert before not in held(library)


def test_what_was_taken_back_there_goes_here_too(library, service, sandbox):
    service.run_once()
    change(sandbox, "cand-wang", documents=[])
    service.run_once()
    assert said_of(library, planned(library)).documents == ()
    assert len(held(library)) == 2
    change(sandbox, "cand-clarke", deleted=True)
    service.run_once()
    said = said_of(library, planned(library, "Emma Clarke"))
    assert (said.deleted, said.documents, said.history, said.feedback) == (True, (), (), 0)
    assert planned(library, "Emma Clarke").candidate.email == "emma.clarke@example.com"
    assert len(held(library)) == 1


def test_a_candidate_who_is_not_in_the_library_any_more_leaves_no_file_and_no_word(library, service):
    service.run_once()
    interview = planned(library)
    with library.session() as session:
        session.execute(delete(InterviewRow).where(InterviewRow.id == interview.id))
        session.execute(delete(CandidateRow).where(CandidateRow.id == interview.candidate.id))
    service._fetching.sweep()
    assert len(held(library)) == 2
    with library.reading() as session:
        rows = session.execute(select(documents.sync_row.c.fields)).scalars()
        assert not any("陈立" in fields for fields in rows)


def test_assessed_candidates_files_stay_in_the_hr_system(library, service, sandbox):
    for interview in sandbox.store.interviews():
        if interview["candidate_id"] == "cand-wang":
            for source, target in (
                ("scheduled", "in_progress"),
                ("in_progress", "to_review"),
                ("to_review", "assessed"),
            ):
                sandbox.store.move(interview["id"], source, target, "2026-01-01T00:00:00Z", f"key-{target}", target)
    service.run_once()
    (document,) = said_of(library, planned(library)).documents
    assert (document.sha256, document.problem) == ("", LEFT_THERE)
    assert len(held(library)) == 2


@pytest.mark.parametrize("fault", ["cut", "drop_after", "500_after", "html_after"])
def test_a_download_that_was_cut_is_repeated_and_nothing_half_is_kept(library, service, sandbox, fault):
    service.run_once()
    library.vault.drop_documents(library.vault.documents())
    sandbox.faults.set(f"{fault}:1")
    service._fetching.due = True
    client = service.speaking()
    service._fetching.run(client)
    assert held(library) == set()
    assert said_of(library, planned(library)).documents[0].problem in (WAITING, documents.DAMAGED)
    sandbox.faults.set("")
    service._fetching.run(client)
    client.close()
    assert len(held(library)) == 3


def test_a_login_page_is_not_kept_as_a_file_whose_hash_was_not_told(library, service, sandbox):
    change(sandbox, "cand-he", documents=[sandbox.store.put_file("doc-he", "简历.txt", "text/plain", RESUME)
                                          | {"size": None, "sha256": ""}])  # fmt: skip
    service.run_once()
    assert said_of(library, planned(library, "何雨桐")).documents[0].sha256 == hashlib.sha256(RESUME).hexdigest()
    library.vault.drop_documents(library.vault.documents())
    service._fetching.due, client = True, service.speaking()
    sandbox.faults.set("html:1")
    assert service._fetching.run(client) == 0
    sandbox.faults.set("")
    assert service._fetching.run(client) == 4
    client.close()


def test_what_is_too_large_damaged_or_gone_is_said_and_does_not_hold_up_the_rest(
    library, service, sandbox, monkeypatch
):
    monkeypatch.setattr(documents, "MAX_BYTES", 50_000)
    store = sandbox.store
    wrong = store.put_file("doc-he", "简历.txt", "text/plain", RESUME) | {"sha256": "0" * 64}
    change(sandbox, "cand-he", documents=[wrong])
    change(
        sandbox, "cand-su", documents=[{"id": "none", "name": "x.pdf", "media_type": "", "size": None, "sha256": ""}]
    )
    untold = store.put_file("doc-novak", "long.txt", "text/plain", b"x" * 60_000) | {"size": None}
    change(sandbox, "cand-novak", documents=[untold])
    assert service.run_once().complete
    problems = {name: said_of(library, planned(library, name)).documents[0].problem
                for name in ("王小雨", "何雨桐", "苏婉清", "Petra Nováková", "Emma Clarke")}  # fmt: skip
    assert problems == {"王小雨": "too_large", "何雨桐": "damaged", "苏婉清": "gone", "Petra Nováková": "too_large",
                        "Emma Clarke": ""}  # fmt: skip
    for _ in range(5):
        service._fetching.run(service.speaking())
    assert not service._fetching.due


def test_a_schedule_of_several_interviews_becomes_as_many_interviews(library, service, sandbox):
    service.run_once()
    sandbox.store.plan_interview("cand-wang", "2026-12-01T02:00:00Z", "Asia/Shanghai")
    service.run_once()
    candidate = library.find_candidate(remote_id="cand-wang")
    rounds = library.interviews(InterviewQuery(candidate_id=candidate.id))
    assert sorted(one.round for one in rounds) == [1, 2]
    first = next(one for one in rounds if one.round == 1)
    assert [one.round for one in said_of(library, first).rounds] == [1, 2]
    second = next(one for one in rounds if one.round == 2)
    sandbox.store.move(second.remote_id, "scheduled", "in_progress", "2026-01-01T00:00:00Z", "move-key-9", "d")
    service.run_once()
    assert library.interview(second.id).status is InterviewStatus.IN_PROGRESS
    assert library.interview(first.id).status is InterviewStatus.SCHEDULED


def test_the_same_comes_through_the_other_profiles(library, service, sandbox):
    service._settings.change(ehr_profile="ihr", ehr_url=f"{sandbox.url}/ihr", ehr_account="mianjian")
    assert service.run_once().complete
    said = said_of(library, planned(library))
    assert "五年以上" in said.requirements
    assert said.documents[0].sha256 in held(library)
    assert [line.by for line in said.history][-1] == "刘敏（招聘）"
    assert earlier_feedback(library, planned(library))[0].top == 5.0


def test_ten_thousand_candidates_and_large_files_keep_memory_bounded(library, service, sandbox):
    service.run_once()
    system, status = service.speaking().address.base, str(InterviewStatus.SCHEDULED)
    large = sandbox.store.put_file("doc-large", "cv.pdf", "application/pdf", b"%PDF" + bytes(4_000_000))
    told = {"remote_id": "doc-large", "name": "cv.pdf", "media_type": "", "size": large["size"], "sha256": ""}
    text_of = json.dumps({"documents": [told], "history": [{"at": "", "text": "x" * 200}] * 5}).replace("large", "%d")
    with library.session() as session:
        own = {"assessor": "li", "created": AT, "changed": AT, "version": 1}
        everyone = range(10_000)
        session.execute(
            insert(CandidateRow), [own | {"id": f"c{n}", "name": f"{n}", "email": "", "phone": ""} for n in everyone]
        )
        session.execute(insert(InterviewRow), [
            own | {"id": f"i{n}", "title": "", "status": status, "candidate_id": f"c{n}", "time_zone": "UTC"}
            for n in everyone
        ])  # fmt: skip
        session.execute(insert(documents.sync_row), [
            {"system": system, "kind": "candidate", "remote_id": f"r{n}", "local_id": f"c{n}",
             "fields": text_of % n, "deleted": False, "changed": 0.0} for n in everyone
        ])  # fmt: skip
    for n in range(documents.MOST_A_RUN * 2):
        sandbox.store.put_file(f"doc-{n}", "cv.pdf", "application/pdf", b"%PDF" + bytes(3_999_999) + bytes([n]))
    client, service._fetching.due = service.speaking(), True
    tracemalloc.start()
    wanted = service._fetching._wanted(system)
    asked = tracemalloc.get_traced_memory()[1]
    with tempfile.TemporaryFile() as file:
        for one in wanted[:3]:
            client.document(one.document, file, documents.MAX_BYTES)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    client.close()
    assert len(wanted) == documents.MOST_A_RUN
    assert asked < 4_000_000
    assert peak < 20_000_000  # the sandbox, which holds a file in memory twice, runs in this process


def test_what_is_left_for_the_next_run_comes_with_it(library, service, sandbox, monkeypatch):
    monkeypatch.setattr(documents, "MOST_A_RUN", 2)
    service.run_once()
    assert len(held(library)) == 2
    service.run_once(pulling=True)
    assert len(held(library)) == 3
    assert not service._fetching.due
