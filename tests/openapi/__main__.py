"""Calls every operation of the contract with thousands of made-up requests, right and wrong ones: the sandbox never
answers with a server error, an undocumented status or type, or a body or header that the contract does not describe.

    python3 dev.py openapi [SECONDS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from app.resources import resource
from sync.sandbox.server import Sandbox
from tests.bench.scratch_venv import ScratchVenv
from tests.conftest import ROOT

VENV = ScratchVenv(ROOT / "build" / "openapi-venv", Path(__file__).with_name("schemathesis.lock"))
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,ignored_auth"
)  # fmt: skip
SECONDS = 120


def main() -> int:
    """0 = the sandbox keeps the contract; 1 = it does not; 2 = the tool cannot be had here."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    if not VENV.ready():
        return 2
    contract = resource("contract", "openapi.json")
    with (
        tempfile.TemporaryDirectory(prefix="mianjian-openapi-") as folder,
        Sandbox(contract, Path(folder) / "ehr") as sandbox,
    ):
        command = [
            VENV.program("schemathesis"), "run", f"{sandbox.url}/openapi.json", "--url", sandbox.url,
            "--header", f"Authorization: Bearer {sandbox.key}", "--checks", CHECKS, "--phases", "examples,fuzzing",
            "--exclude-method", "PATCH",  # it knows no body of offset+octet-stream: tests/sync/test_uploads.py does
            "--max-examples", "60", "--max-time", str(seconds), "--seed", "1",
        ]  # fmt: skip
        return subprocess.run(list(map(str, command)), cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
