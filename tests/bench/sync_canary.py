"""Is a secret written down anywhere? Keys and tokens are looked for in every file that a computer keeps.

A process of its own has a library, its log at the lowest level in a file, and a key that came by a descriptor. It goes
through every kind of trouble with the HR system, in each way of showing a key. Then it dies: of a bug in the middle of
a call, of SIGABRT with the stacks of all threads written down, and of SIGKILL in the middle of a call. Keys, and the
tokens that the HR system gave for them, are looked for in plain, in Base64, in hexadecimal and as they stand in URLs.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import quote

from sync.sandbox.faces import feishu, greenhouse, ihr
from sync.sandbox.server import Sandbox
from tests.sync.ehr import CONTRACT

KEY = "canary/7f3a+91c2=never-written-down"
TROUBLE = ("401", "500", "html", "429:1:retry=1", "cut", "drop_after", "html_after", "duplicate,reorder:0.5", "")
DEATHS = ("bug", "abort", "kill")
WHAT = {
    "sync_secrets_found": "keys and tokens that stand in a file of the library (database, its journal, kept calls), in "
    "a log at the lowest level or in what a crash leaves, in plain, Base64, hexadecimal or as in a URL",
    "sync_secrets": "… how many secrets were looked for",
    "sync_secrets_files": "… in how many files",
    "sync_secrets_mb": "… of so many MB",
}


def measure() -> dict[str, float]:
    """The figures of `WHAT`."""
    with tempfile.TemporaryDirectory(prefix="mianjian-bench-") as name:
        folder, secrets = Path(name) / "here", {KEY}
        with _tokens(secrets), Sandbox(CONTRACT, Path(name) / "ehr", key=KEY) as sandbox:
            ways = {
                "sandbox": (sandbox.url, ""), "ihr": (f"{sandbox.url}/ihr", "mianjian"),
                "ihr-signed": (f"{sandbox.url}/ihr", "mianjian"), "feishu": (sandbox.url, feishu.app_id(KEY)),
            }  # fmt: skip
            for number, (profile, (url, account)) in enumerate(ways.items()):
                _one(folder / profile, url, profile, account, DEATHS[number % len(DEATHS)], sandbox)
        assert len(secrets) > len(ways) - 2, "no token was given"
        return searched(folder, secrets)


def searched(folder: Path, secrets: set[str]) -> dict[str, float]:
    """How many of the secrets stand in the files of a folder, in whichever form."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    forms = {secret: _forms(secret) for secret in secrets}
    found, size = set[str](), 0
    for file in files:
        content = file.read_bytes()
        size += len(content)
        found |= {secret for secret, written in forms.items() if any(form in content for form in written)}
    return {
        "sync_secrets_found": len(found), "sync_secrets": len(secrets), "sync_secrets_files": len(files),
        "sync_secrets_mb": round(size / 1e6, 1),
    }  # fmt: skip


def _forms(secret: str) -> tuple[bytes, ...]:
    """A secret as it may be written. In Base64 it is looked for at each of three places in a group."""
    raw = secret.encode()
    shifted = (base64.b64encode(b"\0" * shift + raw)[(0, 2, 3)[shift] : -4] for shift in range(3))
    in_json = json.dumps(secret)[1:-1].encode()
    return (raw, in_json, raw.hex().encode(), quote(secret, safe="").encode(), *shifted)


@contextmanager
def _tokens(found: set[str]) -> Iterator[None]:
    """Hears of every token that the sandbox gives."""

    def told(give: Callable[..., Any], token_of: Callable[[Any], object]) -> Callable[..., Any]:
        def given(*arguments: Any) -> Any:
            made = give(*arguments)
            token = token_of(made)
            if isinstance(token, str):
                found.add(token)
            return made

        return given

    with ExitStack() as stack:
        for kind, name, token_of in (
            (ihr.Callers, "token_for", lambda made: made),
            (feishu.Tokens, "give", lambda made: made.get_json().get("tenant_access_token")),
            (greenhouse.Tokens, "give", lambda made: made.get_json().get("access_token")),
        ):
            stack.enter_context(mock.patch.object(kind, name, told(getattr(kind, name), token_of)))
        yield


def _one(folder: Path, url: str, profile: str, account: str, death: str, sandbox: Sandbox) -> None:
    """One life: all trouble, then a death."""
    folder.mkdir(parents=True)
    given, giving = os.pipe()
    os.write(giving, KEY.encode())
    os.close(giving)
    environment = os.environ | {"MIANJIAN_EHR_TOKEN_FD": str(given)}
    environment.pop("MIANJIAN_EHR_TOKEN", None)
    with (folder / "stderr.log").open("wb") as complaints:
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.sync_canary", str(folder), url, profile, account], pass_fds=[given],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, env=environment, text=True,
        )  # fmt: skip
    os.close(given)
    assert child.stdin is not None
    assert child.stdout is not None
    with child:
        for faults in TROUBLE:
            sandbox.faults.set(faults)
            child.stdin.write("run\n")
            child.stdin.flush()
            assert child.stdout.readline(), (folder / "stderr.log").read_text("utf-8")[-2000:]
        if death == "kill":
            sandbox.faults.set("slow:1:5")
            child.stdin.write("run\n")
            child.stdin.flush()
            child.kill()
        else:
            child.stdin.write(f"{death}\n")
            child.stdin.flush()
        child.wait(60)
        sandbox.faults.set("")
    left = {"bug": "stderr.log", "abort": "crash.txt", "kill": "debug.log"}[death]
    assert (folder / left).stat().st_size, f"{left} is empty: nothing was written down"


def _live(folder: Path, url: str, profile: str, account: str) -> None:
    """The process that is looked at: a library with a signed assessment, and the service that sends it."""
    import faulthandler
    import logging

    from app.domain.types import Candidate, Conclusion, Position
    from app.review import ReviewSession
    from app.settings import SettingsFile
    from app.store import Library
    from app.sync_service import SyncService
    from sync.breaker import read_hold
    from sync.queue import Queue
    from tests.app.test_store_library import an_interview

    logging.basicConfig(filename=folder / "debug.log", level=logging.DEBUG)
    faulthandler.enable((folder / "crash.txt").open("w"))
    SettingsFile(folder / "library").change(ehr_url=url, ehr_profile=profile, ehr_account=account, assessor="li")
    library = Library.open(folder / "library", assessor="li")
    position = library.save_position(Position("", "Engineer"))
    interview = library.save_interview(an_interview(library.save_candidate(Candidate("", "Ann")), position))
    queue = Queue(jitter=lambda: 0.01)
    service = SyncService(library, SettingsFile(folder / "library"), queue=queue)
    for number, line in enumerate(sys.stdin):
        if line.strip() == "abort":
            os.abort()
        with library.session() as session:
            held_s = read_hold(session, service.address).until - queue.clock()
        time.sleep(max(0.0, held_s))  # the HR system may have asked to be left alone: no trouble is met before that
        if line.strip() == "bug":
            _break_in_a_call()
        review = ReviewSession(library, interview.id)
        for dimension in review.template.dimensions:
            review.rate(dimension.id, 8)
        review.conclude(Conclusion.HIRE)
        review.set_summary(f"{number}")
        review.sign()
        service.run_once(hurry=True)
        print("done", flush=True)


def _break_in_a_call() -> None:
    """From now on every call meets a bug when its headers, the key among them, are being sent."""
    import http.client

    def broken(*arguments: object, **more: object) -> None:
        raise ZeroDivisionError("a bug in the midst of a call")

    http.client.HTTPConnection.endheaders = broken  # type: ignore[method-assign]


if __name__ == "__main__":
    _live(Path(sys.argv[1]), *sys.argv[2:5])
