"""What the HR system says of a candidate goes out to the laptop where somebody wants it, and where it may."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.failures import PackageDamaged, ProtectionNeeded
from app.handover.hr_said import weights
from app.handover.package import Kind
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.said import LEFT_OUT, earlier_feedback, said_of
from app.settings import SettingsFile
from tests.handover.conftest import named
from tests.handover.test_archive import repacked, told

PASSPHRASE = "骏马 42"
NAMES = ("王小雨", "Emma Clarke")


@pytest.fixture
def planned(office, connect):
    """The interview whose candidate has a résumé, a history and earlier feedback at the HR system."""
    service = connect(office)
    assert service.run_once().complete
    return next(named(office, name) for name in NAMES if said_of(office, named(office, name)).history)


def carried(office, laptop, stick, interview, passphrase=PASSPHRASE, **wanted):
    file = stick / f"{len(list(stick.iterdir()))}.mianjian"
    written = write_package(office, Choice(Kind.OUTWARD, (interview.id,), **wanted), file, passphrase)
    return written, take_package(laptop, file, passphrase)


def here(library, interview):
    return said_of(library, library.interview(interview.id))


def documents(library):
    return {path.name for path in (library.vault.folder / "documents").glob("*")}


def test_all_that_is_said_and_the_files_are_on_the_laptop(office, laptop, stick, planned):
    weighs = weights(office, [planned])[planned.id]
    written, taken = carried(office, laptop, stick, planned, said=True, documents=True)
    there, mine = here(laptop, planned), said_of(office, planned)
    assert replace(there, rounds=()) == replace(mine, rounds=())
    assert there.history
    assert documents(laptop) == {one.sha256 for one in mine.documents}
    assert written.counts["said"] == taken.new["said"] == 2
    assert written.counts["document"] == taken.new["document"] == weighs.files == len(mine.documents) > 0
    assert weighs.bytes == sum(one.size for one in mine.documents)
    with laptop.vault.open_document(there.documents[0].sha256) as file:
        assert file.read(4) == b"%PDF"
    seen = earlier_feedback(laptop, laptop.interview(planned.id))
    assert seen == earlier_feedback(office, planned)
    if seen:
        assert "earlier_feedback_opened" in [line.action for line in laptop.audit(planned.id)]


def test_nothing_of_it_leaves_unasked(office, laptop, stick, planned):
    carried(office, laptop, stick, planned)
    assert here(laptop, planned).empty
    assert documents(laptop) == set()


def test_the_files_alone_bring_nothing_of_the_position(office, laptop, stick, planned):
    carried(office, laptop, stick, planned, documents=True)
    assert here(laptop, planned).documents[0].sha256
    assert said_of(office, planned).requirements
    assert (here(laptop, planned).requirements, here(laptop, planned).history) == ("", ())


def test_without_the_files_it_is_said_that_they_stayed(office, laptop, stick, planned):
    carried(office, laptop, stick, planned, said=True)
    (document, *_) = here(laptop, planned).documents
    assert (document.sha256, document.problem) == ("", LEFT_OUT)
    carried(office, laptop, stick, planned, documents=True)
    assert here(laptop, planned).documents[0].sha256
    assert here(laptop, planned).history, "what was said before stays"
    carried(office, laptop, stick, planned, said=True)
    assert here(laptop, planned).documents[0].sha256, "what is here already stays"


def test_what_the_hr_system_takes_back_goes_on_the_laptop_too(office, laptop, stick, sandbox, connect, planned):
    carried(office, laptop, stick, planned, said=True, documents=True)
    before = documents(laptop)
    body = sandbox.store.entity("candidate", planned.candidate.remote_id)
    own = {name: body[name] for name in ("name", "email", "phone", "position_id", "history", "feedback")}
    sandbox.store.put("candidate", planned.candidate.remote_id, own | {"documents": []})
    connect(office).run_once()
    carried(office, laptop, stick, planned, said=True)
    assert before
    assert documents(laptop) == set()
    assert here(laptop, planned).documents == ()


def test_an_older_package_after_a_newer_says_nothing(office, laptop, stick, sandbox, connect, planned, monkeypatch):
    old, new = stick / "old.mianjian", stick / "new.mianjian"
    choice = Choice(Kind.OUTWARD, (planned.id,), said=True)
    write_package(office, choice, old, PASSPHRASE)
    body = sandbox.store.entity("candidate", planned.candidate.remote_id)
    own = {name: body[name] for name in ("name", "email", "phone", "position_id", "documents", "feedback")}
    sandbox.store.put("candidate", planned.candidate.remote_id, own | {"history": []})
    connect(office).run_once()
    monkeypatch.setattr("app.handover.writing.datetime", _Later)
    write_package(office, choice, new, PASSPHRASE)
    take_package(laptop, new, PASSPHRASE)
    take_package(laptop, old, PASSPHRASE)
    assert here(laptop, planned).history == ()


class _Later:
    """The clock an hour later."""

    @staticmethod
    def now(zone):
        from datetime import datetime, timedelta

        return datetime.now(zone) + timedelta(hours=1)

    @staticmethod
    def fromisoformat(said):
        from datetime import datetime

        return datetime.fromisoformat(said)


def test_of_a_candidate_who_took_consent_back_nothing_of_it_leaves(office, laptop, stick, planned):
    office.record_consent(planned.id, (), "v1", planned.candidate.name)
    assert weights(office, [planned])[planned.id].files == 0
    carried(office, laptop, stick, planned, said=True, documents=True)
    assert here(laptop, planned).history == ()
    assert documents(laptop) == set()


@pytest.mark.parametrize(("jurisdiction", "leaves"), [("CN", False), ("EU", False), ("strictest", False), ("US", True)])
@pytest.mark.parametrize("wanted", ["said", "documents"])
def test_where_recordings_stay_it_leaves_under_a_passphrase_only(
    office, laptop, stick, planned, jurisdiction, leaves, wanted
):
    SettingsFile(office.folder).change(jurisdiction=jurisdiction)
    if leaves:
        carried(office, laptop, stick, planned, "", **{wanted: True})
    else:
        with pytest.raises(ProtectionNeeded):
            carried(office, laptop, stick, planned, "", **{wanted: True})
    assert bool(laptop.interviews()) is leaves
    assert not leaves or not here(laptop, planned).empty


DAMAGES = {
    "of nobody here": lambda rows: rows[0].update(row_id="nobody"),
    "a wrong type": lambda rows: rows[0]["fields"].update(history=[{"at": 5}]),
    "a file that is none of the candidate's": lambda rows: rows[-1]["files"].update(other="0" * 64),
    "a file that leads out": lambda rows: rows[-1]["files"].update(other="../../x"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damage_is_refused(office, laptop, stick, planned, tmp_path, damage):
    SettingsFile(office.folder).change(jurisdiction="US")
    file = stick / "p.mianjian"
    write_package(office, Choice(Kind.OUTWARD, (planned.id,), said=True, documents=True), file)

    def changed(members):
        rows = json.loads(members["said.json"])
        damage(rows)
        return told(members | {"said.json": json.dumps(rows).encode()})

    with pytest.raises(PackageDamaged):
        take_package(laptop, repacked(file, tmp_path / "part.mianjian", changed))
    assert laptop.interviews() == ()
