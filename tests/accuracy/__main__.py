"""Runs the accuracy measurements by name, prints each figure, and merges them into a JSON file."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

from tests.conftest import CORPUS

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The measurements there are."""
    return sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(prog="dev.py accuracy", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names()))
    parser.add_argument("--json", type=Path, metavar="FILE", help="merge the figures into FILE")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder of labelled media")
    options = parser.parse_args()
    if not options.corpus.is_dir():
        print("There is no corpus beside the project; give its folder with --corpus.")
        return 2
    figures: dict[str, float] = {}
    for name in options.names or names():
        print(f"== {name}", flush=True)
        began = time.monotonic()
        measured = import_module(f"tests.accuracy.{name}").measure(options.corpus)
        for key, value in measured.items():
            print(f"   {key} = {value:.3f}", flush=True)
        figures |= measured
        print(f"   ({time.monotonic() - began:.0f} s)", flush=True)
    if options.json:
        kept = json.loads(options.json.read_text("utf-8")) if options.json.is_file() else {}
        options.json.write_text(json.dumps(kept | figures, indent=2, sort_keys=True), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
