"""Files beside a result, in a real Odoo: whole, once, and not too large."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest

from sync.dialects.odoo import results
from sync.failures import PayloadTooLarge, RemoteRejected
from sync.system import Attachment
from tests.sync.ehr import interview_body

REPORT = b"%PDF-1.7\n" + bytes(range(256)) * 400


def attachment(content, external_id="a-1:1:report", **more):
    values = {
        "external_id": external_id, "assessment_external_id": "a-1:1", "interview_id": "i-1",
        "interview_remote_id": None, "candidate_remote_id": None, "role": "report", "name": "报告.pdf",
        "media_type": "application/pdf", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    return Attachment(**values | more)


def test_a_file_arrives_once_and_whole(company, office, connect, sql):
    client, heard = connect(), []
    applicant = int(client.register_interview(interview_body("i-1"), "op"))
    kept = [client.attach(attachment(REPORT), io.BytesIO(REPORT), "op", heard.append) for _ in range(2)]
    assert kept[0] == kept[1]
    assert heard == [len(REPORT)] * 2
    assert sql(f"select count(*) from ir_attachment where res_model = 'hr.applicant' and res_id = {applicant}") == "1"
    assert base64.b64decode(office.read("ir.attachment", int(kept[0]), "datas")) == REPORT
    assert office.read("ir.attachment", int(kept[0]), "name") == "报告.pdf"
    newer = REPORT + b"more"
    assert client.attach(attachment(newer), io.BytesIO(newer), "op", heard.append) == kept[0]
    assert base64.b64decode(office.read("ir.attachment", int(kept[0]), "datas")) == newer


def test_a_file_that_is_not_what_was_announced_is_not_sent(company, connect, sql):
    client = connect()
    client.register_interview(interview_body("i-1"), "op")
    with pytest.raises(RemoteRejected, match="SHA-256"):
        client.attach(attachment(REPORT), io.BytesIO(REPORT + b"x"), "op", lambda _: None)
    assert sql("select count(*) from ir_attachment where res_model = 'hr.applicant'") == "0"


def test_a_file_that_is_too_large_is_refused_before_it_is_read(company, connect):
    announced = attachment(b"", size=results.MAX_FILE_BYTES + 1)
    with pytest.raises(PayloadTooLarge):
        connect().attach(announced, io.BytesIO(b""), "op", lambda _: None)
