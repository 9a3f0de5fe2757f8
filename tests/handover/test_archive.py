"""The file: the same bytes each time, streamed, sealed; and every kind of damage is refused with nothing taken."""

from __future__ import annotations

import io
import json
import os
import resource
import sqlite3
import zipfile
from contextlib import closing

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import text
from app.domain.types import Candidate
from app.failures import PackageDamaged, PackageNewer, PassphraseNeeded, PassphraseWrong, ReadOnly
from app.handover import archive, sealing
from app.handover.archive import Content, of_bytes, opened
from app.handover.package import VERSION, Kind, Manifest, Member
from app.handover.taking import take_package
from app.handover.writing import Choice, write_package
from app.store import Library
from tests.app.test_store_library import an_interview
from tests.handover.conftest import sign

PASSPHRASE = "骏马 Größe 42"


def manifest(members=(), **more):
    made = {"id": "p", "kind": Kind.OUTWARD, "library": "l", "made": "2026-11-26T08:00:00+00:00", "by": "王芳",
            "app_version": "0.1.0", "members": tuple(members)}  # fmt: skip
    return Manifest(**(made | more))


def write(path, contents, passphrase="", **more):
    with path.open("wb") as out:
        archive.write(out, manifest([each.member for each in contents], **more), contents, passphrase, lambda *_: None)
    return path


@pytest.fixture
def package(office, stick):
    """A package with results: signed bytes, rows, comments."""
    interview = office.save_interview(an_interview(office.save_candidate(Candidate("", "秦𠮷雅"))))
    sign(office, interview.id)
    for number in range(60):
        office.add_comment(interview.id, float(number), os.urandom(40).hex())
    write_package(office, Choice(Kind.RESULTS, (interview.id,)), stick / "results.mianjian")
    return stick / "results.mianjian"


def content_of(library):
    """Everything in a library's tables, and the names of its files."""
    with closing(sqlite3.connect(library.folder / "library.sqlite3")) as database:
        names = [row[0] for row in database.execute("select name from sqlite_master where type = 'table' order by 1")]
        rows = {name: database.execute(f'select * from "{name}"').fetchall() for name in names if name != "sync_state"}
    files = sorted(str(path) for path in (library.folder / "vault").rglob("*") if path.is_file())
    return rows, files


def repacked(package, target, change):
    """The package with its members changed: `change` gets and gives {name: bytes}; the manifest stays as it is."""
    with zipfile.ZipFile(package) as source:
        members = change({name: source.read(name) for name in source.namelist()})
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, body in members.items():
            out.writestr(name, body)
    return target


def told(members, **changes):
    """The members with a manifest that is right about them, but for `changes`."""
    body = json.loads(members["manifest.json"])
    rest = {name: value for name, value in members.items() if name != "manifest.json"}
    body["members"] = [msgspec.to_builtins(of_bytes(name, value).member) for name, value in rest.items()]
    return {"manifest.json": json.dumps(body | changes).encode()} | rest


def test_the_same_content_is_the_same_bytes(tmp_path):
    contents = [of_bytes("rows/position.json", b"[]"), of_bytes("signed/a.1.json", b"{}")]
    one, two = write(tmp_path / "1.mianjian", contents), write(tmp_path / "2.mianjian", contents)
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as plain:
        assert plain.namelist() == ["manifest.json", "rows/position.json", "signed/a.1.json"]
        assert plain.testzip() is None


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
@pytest.mark.parametrize("size", [0, 1, sealing.CHUNK - 1, sealing.CHUNK, sealing.CHUNK + 1, 3 * sealing.CHUNK])
def test_what_goes_in_comes_out(tmp_path, size, passphrase):
    body = os.urandom(size)
    name = "media/" + "a" * 64
    path = write(tmp_path / "p.mianjian", [of_bytes(name, body)], passphrase)
    with opened(path, passphrase) as package:
        package.verify(lambda *_: None)
        out = io.BytesIO()
        package.copy(name, out)
    assert out.getvalue() == body
    assert archive.needs_passphrase(path) is bool(passphrase)
    if passphrase:
        assert b"manifest" not in path.read_bytes()


def test_a_large_recording_is_never_in_memory(tmp_path):
    size = 300 << 20

    class Zeros(io.RawIOBase):
        left = size

        def readinto(self, buffer):
            number = min(len(buffer), self.left)
            buffer[:number] = bytes(number)
            self.left -= number
            return number

        def readable(self):
            return True

    import hashlib

    digest = hashlib.sha256()
    for _ in range(300):
        digest.update(bytes(1 << 20))
    member = Member("media/" + "a" * 64, size, digest.hexdigest())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    path = write(tmp_path / "large.mianjian", [Content(member, lambda: io.BufferedReader(Zeros()))], PASSPHRASE)
    with opened(path, PASSPHRASE) as package:
        package.verify(lambda *_: None)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 220_000, "kilobytes; the passphrase itself costs 128 MiB once"


def test_a_passphrase_is_needed_and_has_to_be_right(tmp_path):
    path = write(tmp_path / "p.mianjian", [of_bytes("rows/position.json", b"[]")], PASSPHRASE)
    with pytest.raises(PassphraseNeeded), opened(path):
        pass
    with pytest.raises(PassphraseWrong), opened(path, "guess"):
        pass
    decomposed = "骏马 Gro\u0308ße 42"
    with opened(path, decomposed) as package:
        assert package.read("rows/position.json") == b"[]"


@pytest.mark.parametrize("at", ["salt", "check", "first", "last", "cut", "cut_chunk", "more", "swap"])
def test_a_sealed_package_that_was_altered_is_refused(tmp_path, at):
    path = write(tmp_path / "p.mianjian", [of_bytes("media/" + "a" * 64, os.urandom(3 << 20))], PASSPHRASE)
    body = bytearray(path.read_bytes())
    chunk, start = sealing.CHUNK + sealing.TAG, sealing.HEADER
    if at == "cut":
        body = body[:-1]
    elif at == "cut_chunk":
        body = body[: start + 2 * chunk]
    elif at == "more":
        body += body[-chunk:]
    elif at == "swap":
        body[start : start + 2 * chunk] = body[start + chunk : start + 2 * chunk] + body[start : start + chunk]
    else:
        body[{"salt": 10, "check": 30, "first": start + 5, "last": len(body) - 1}[at]] ^= 1
    path.write_bytes(body)
    wanted = PassphraseWrong if at in ("salt", "check") else PackageDamaged
    with pytest.raises(wanted), opened(path, PASSPHRASE) as package:
        package.verify(lambda *_: None)


def test_cut_off_anywhere_it_is_refused_and_nothing_is_taken(package, laptop, tmp_path):
    whole, before = package.read_bytes(), content_of(laptop)
    for length in [0, 1, 4, 30, *range(100, len(whole), max(1, len(whole) // 60)), len(whole) - 1]:
        part = tmp_path / "part.mianjian"
        part.write_bytes(whole[:length])
        with pytest.raises(PackageDamaged):
            take_package(laptop, part)
    assert content_of(laptop) == before


@given(st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_is_refused_or_says_the_same(package, laptop, tmp_path, data):
    whole = bytearray(package.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    part = tmp_path / "part.mianjian"
    part.write_bytes(whole)
    try:
        with opened(part) as found:
            found.verify(lambda *_: None)
            seen = {name: found.read(name) for name in found.members}
    except (PackageDamaged, PackageNewer):
        return
    with opened(package) as right:
        assert seen == {name: right.read(name) for name in right.members}, "a byte that means nothing, as a time"


def _without(members):
    return {name: body for name, body in members.items() if not name.startswith("signed/")}


def _rows(kind, change):
    def changed(members):
        name = f"rows/{kind}.json"
        rows = json.loads(members[name])
        for row in rows:
            change(row)
        return told(members | {name: json.dumps(rows).encode()})

    return changed


def _put(field, value):
    return lambda row: row["fields"].__setitem__(field, value)


def _signed(change):
    def changed(members):
        name = next(name for name in members if name.startswith("signed/"))
        body = change(members[name])
        return told(members | {name: body})

    return changed


def _named_twice(members):
    body = json.loads(members["manifest.json"])
    body["members"] += body["members"][:1]
    return members | {"manifest.json": json.dumps(body).encode()}


DAMAGES = {
    "a member is gone": _without,
    "a member is gone, the manifest knows": lambda members: told(_without(members)),
    "a member more": lambda members: members | {"rows/more.json": b"[]"},
    "no manifest": lambda members: {name: body for name, body in members.items() if name != "manifest.json"},
    "another content": lambda members: members | {"rows/position.json": b"[]", "rows/candidate.json": b"[ ]"},
    "named twice": _named_twice,
    "out of the folder": lambda members: told(members | {"../../evil.json": b"[]"}),
    "an absolute path": lambda members: told(members | {"/etc/evil.json": b"[]"}),
    "a backslash": lambda members: told(members | {"rows\\..\\evil.json": b"[]"}),
    "another kind of file": lambda members: told(members | {"rows/evil.exe": b"[]"}),
    "no JSON": lambda members: told(members | {"rows/interview.json": b"[{"}),
    "no rows": lambda members: told(members | {"rows/interview.json": b'{"a": 1}'}),
    "deep JSON": lambda members: told(members | {"rows/interview.json": b"[" * 100_000 + b"]" * 100_000}),
    "a manifest of something else": lambda members: told(members, format="zip"),
    "no kind": lambda members: told(members, kind="everything"),
    "a wrong type": _rows("candidate", _put("name", 5)),
    "a field is gone": _rows("candidate", lambda row: row["fields"].pop("name")),
    "a score beyond the scale": _rows("rating", _put("score", 11)),
    "an unknown status": _rows("interview", _put("status", "hired")),
    "no time": _rows("interview", _put("scheduled_at", "tomorrow")),
    "a time without a zone": _rows("interview", _put("scheduled_at", "2026-01-01T00:00:00")),
    "a row names nobody": _rows("interview", _put("candidate_id", "nobody")),
    "version nought": _rows("candidate", lambda row: row.update(version=0)),
    "signed bytes changed": _signed(lambda body: body.replace(b"hire", b"no_hire", 1)),
    "signed bytes not canonical": _signed(lambda body: b" " + body),
    "signed bytes of somebody else": _signed(lambda body: body.replace("HR 王芳".encode(), "别人".encode())),
    "signed nothing": _signed(lambda body: b"{}"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_every_kind_of_damage_is_a_sentence_and_nothing_is_taken(package, laptop, tmp_path, damage):
    before = content_of(laptop)
    part = repacked(package, tmp_path / "part.mianjian", damage)
    with pytest.raises(PackageDamaged) as refused:
        take_package(laptop, part)
    assert "part.mianjian" in text.sentence(refused.value)
    assert content_of(laptop) == before


def test_bombs_are_not_unpacked(tmp_path):
    bomb = write(tmp_path / "bomb.mianjian", [of_bytes("rows/position.json", bytes(50 << 20))])
    assert bomb.stat().st_size < 200_000
    with pytest.raises(PackageDamaged), opened(bomb):
        pass
    many = tmp_path / "many.mianjian"
    with zipfile.ZipFile(many, "w") as out:
        for number in range(30_000):
            out.writestr(f"rows/{number}.json", b"")
    with pytest.raises(PackageDamaged), opened(many):
        pass
    long = tmp_path / "long.mianjian"
    with zipfile.ZipFile(long, "w") as out:
        for number in range(1000):
            out.writestr(f"{number}{'x' * 60_000}", b"")
    with pytest.raises(PackageDamaged), opened(long):
        pass


def test_a_newer_format_says_so(package, laptop, tmp_path):
    newer = repacked(
        package, tmp_path / "n.mianjian", lambda members: told(members, version=VERSION + 1, kind="unheard-of")
    )
    with pytest.raises(PackageNewer):
        take_package(laptop, newer)


def test_a_file_that_is_none_and_one_that_is_gone(laptop, tmp_path):
    (tmp_path / "x.mianjian").write_text("Lieber Kollege", "utf-8")
    for name in ("x.mianjian", "gone.mianjian"):
        with pytest.raises(PackageDamaged):
            take_package(laptop, tmp_path / name)


def test_a_second_window_only_looks(package, laptop):
    with Library.open(laptop.folder, read_only_if_held=True) as second, pytest.raises(ReadOnly):
        take_package(second, package)
