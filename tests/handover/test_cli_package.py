"""`package` on the command line, in both languages."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app import cli, text
from app.domain.types import Candidate, Position
from app.handover.rows import MERGED, columns
from app.settings import SettingsFile
from app.store import Library
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign

FOLDERS = {"office": "HR 王芳", "laptop": "李静"}


@pytest.fixture
def run(tmp_path, capsys):
    def ran(who, *options, lang="en"):
        status = cli.main(["--data", str(tmp_path / who), "--lang", lang, "package", *map(str, options)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return ran


@pytest.fixture
def planned(tmp_path):
    for name, assessor in FOLDERS.items():
        SettingsFile(tmp_path / name).change(assessor=assessor)
    with Library.open(tmp_path / "office", assessor="HR 王芳") as office:
        position = office.save_position(Position("", "后端工程师"))
        office.save_position(Position("", "别的职位"))
        candidate = office.save_candidate(Candidate("", "秦𠮷雅", phone="138"))
        return office.save_interview(an_interview(candidate, position)).id


def test_there_and_back_with_a_summary_in_each_language(run, planned, tmp_path):
    there, back = tmp_path / "there.mianjian", tmp_path / "back.mianjian"
    assert run("office", "export", "--for-laptop", there)[1].splitlines()[1:] == [
        "In the package: positions: 1, candidates: 1, interviews: 1, templates: 1."
    ]
    status, said, _ = run("laptop", "import", there, lang="zh")
    assert status == 0
    assert said.startswith("来自办公室：HR 王芳 于 ")
    assert "新增：职位 1 个、候选人 1 位、面试 1 场。" in said
    with Library.open(tmp_path / "laptop", assessor="李静") as laptop:
        sign(laptop, planned)
        laptop.save_candidate(replace(laptop.interview(planned).candidate, phone="136"))
    with Library.open(tmp_path / "office") as office:
        office.save_candidate(replace(office.interview(planned).candidate, phone="139"))
    status, said, _ = run("laptop", "export", "--results", back, "--interview", planned[:8], lang="zh")
    assert (status, "已签字评估 1 份" in said, "改由办公室发送" in said) == (0, True, True)
    status, said, _ = run("office", "import", back)
    assert "Signed assessments to be sent to the HR system from here: 1." in said
    assert "Changed on both sides, waiting for your decision: 1." in said
    assert "没有任何变化" in run("office", "import", back, lang="zh")[1]
    (card,) = json.loads(run("office", "cards", "--json")[1])
    assert (card["field"], card["mine"], card["theirs"]) == ("phone", "139", "136")
    assert "候选人“秦𠮷雅”：电话：这里为“139”，李静 的包里为“136”" in run("office", "cards", lang="zh")[1]
    assert run("office", "cards", card["id"][:8], "--take", "theirs")[0] == 0
    assert run("office", "cards")[1] == "No difference waits for a decision.\n"
    with Library.open(tmp_path / "office") as office:
        assert office.interview(planned).candidate.phone == "136"


def test_json_and_positions_by_title(run, planned, tmp_path):
    file = tmp_path / "p.mianjian"
    status, said, _ = run("office", "export", "--for-laptop", file, "--position", "别的职位", "--json")
    assert (status, json.loads(said)["counts"]) == (0, {"position": 1, "template": 1})
    taken = json.loads(run("laptop", "import", file, "--json")[1])
    assert (taken["new"], taken["kind"], taken["cards"]) == ({"position": 1}, "outward", {})
    assert run("office", "export", "--for-laptop", file, "--position", "nobody")[0] == 2


def test_a_passphrase_from_the_environment(run, planned, tmp_path, monkeypatch):
    file = tmp_path / "p.mianjian"
    status, _, said = run("office", "export", "--for-laptop", file, "--protect")
    assert (status, said) == (2, text.tr("package.no_passphrase") + "\n")
    monkeypatch.setenv("MIANJIAN_PASSPHRASE", "骏马 42")
    assert run("office", "export", "--for-laptop", file, "--protect")[0] == 0
    monkeypatch.delenv("MIANJIAN_PASSPHRASE")
    assert run("laptop", "import", file)[2] == "“p.mianjian” is protected. Enter its passphrase.\n"
    monkeypatch.setenv("MIANJIAN_PASSPHRASE", "wrong")
    assert "does not open" in run("laptop", "import", file)[2]
    monkeypatch.setenv("MIANJIAN_PASSPHRASE", "骏马 42")
    assert run("laptop", "import", file)[0] == 0


def test_damage_and_nothing_to_hand_over_are_one_line(run, planned, tmp_path):
    (tmp_path / "x.mianjian").write_bytes(b"PK\x03\x04nothing")
    status, out, said = run("laptop", "import", tmp_path / "x.mianjian", lang="zh")
    assert (status, out, said.count("\n")) == (2, "", 1)
    assert "不能作为交接包使用" in said
    assert "（整个文件）" in said
    assert run("office", "export", "--results", tmp_path / "n.mianjian")[0] == 2
    assert not (tmp_path / "n.mianjian").exists()


def test_every_field_of_a_card_has_a_name():
    names = {name for kind in MERGED for name in columns(kind)}
    assert {name for name in names if not text.has(f"package.field_{name}")} == set()
    assert {kind for kind in (*MERGED, "signature") if not text.has(f"package.about_{kind}")} == set()


def test_what_goes_along_is_said_by_options(run, planned, tmp_path, monkeypatch):
    there, back = tmp_path / "there.mianjian", tmp_path / "back.mianjian"
    status, _, said = run("office", "export", "--for-laptop", there, "--said", "--documents")
    assert (status, there.exists()) == (2, False)
    assert "leave only in a package with a passphrase" in said
    monkeypatch.setenv("MIANJIAN_PASSPHRASE", "骏马 42")
    assert run("office", "export", "--for-laptop", there, "--said", "--documents", "--protect")[0] == 0
    assert run("laptop", "import", there)[0] == 0
    with Library.open(tmp_path / "laptop", assessor="李静") as laptop:
        sign(laptop, planned)
    assert "发给 HR 系统的文件 1 份" in run("laptop", "export", "--results", back, "--files", lang="zh")[1]
    assert "files for the HR system: 1" in run("office", "import", back)[1]
