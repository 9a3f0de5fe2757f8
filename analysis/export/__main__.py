"""`python -m analysis.export schema [FILE]` writes the JSON Schema (to docs/analysis.schema.json by default)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from analysis.export.schema import schema

DEFAULT = Path(__file__).resolve().parent.parent.parent / "docs" / "analysis.schema.json"


def main(arguments: list[str]) -> int:
    """0 = written; 2 = not understood."""
    if not arguments or arguments[0] != "schema" or len(arguments) > 2:
        print("python -m analysis.export schema [FILE]", file=sys.stderr)
        return 2
    target = Path(arguments[1]) if len(arguments) == 2 else DEFAULT
    target.write_text(schema_text(), "utf-8")
    return 0


def schema_text() -> str:
    """The schema as it stands in the file."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
