"""Measures accuracy on labelled media, prints one Markdown report, and writes it for people and for programs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.accuracy import guide, report
from tests.accuracy.analyses import analyses, say
from tests.accuracy.corpus import Corpus
from tests.accuracy.figures import Section
from tests.conftest import CORPUS, ROOT

DEFAULT = ("speech", "speakers", "pitch", "interviews", "expression", "pose")
BY_NAME = ("long",)
"""Half an hour of media and more: about six minutes on two cores."""
DOCS = ROOT / "docs" / "accuracy.md"
STORED = ROOT / "docs" / "accuracy.json"


def options() -> argparse.ArgumentParser:
    """What the command takes."""
    parser = argparse.ArgumentParser(prog="dev.py accuracy", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join(DEFAULT)}; by name only: {BY_NAME[0]}")
    parser.add_argument("--corpus", type=Path, default=CORPUS, metavar="DIR", help="folder of labelled media")
    parser.add_argument(
        "--json", type=Path, metavar="FILE",
        help="merge the figures into FILE as numbers: KEY, KEY_n (items), KEY_low and KEY_high (95 %% interval)",
    )  # fmt: skip
    parser.add_argument(
        "--report", type=Path, metavar="FILE", action="append", default=[],
        help="write the whole report to FILE as well, as JSON where its name ends so, else as Markdown",
    )  # fmt: skip
    parser.add_argument(
        "--docs", action="store_true",
        help="put what was measured into docs/accuracy.json and write docs/accuracy.md from all that stands there",
    )  # fmt: skip
    parser.add_argument("--page", action="store_true", help="measure nothing: write docs/accuracy.md anew")
    return parser


def main() -> int:
    """Measure, print, write."""
    parser = options()
    chosen = parser.parse_args()
    names = [] if chosen.page else chosen.names or list(DEFAULT)
    unknown = set(names) - {*DEFAULT, *BY_NAME}
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join((*DEFAULT, *BY_NAME))}")
    if names and not chosen.corpus.is_dir():
        print("There is no corpus beside the project; give its folder with --corpus.")
        return 2
    sections = run(names, Corpus(chosen.corpus), chosen.json)
    for file in chosen.report:
        file.write_text(report.written(sections, as_json=file.suffix == ".json"), "utf-8")
    if chosen.docs or chosen.page:
        write_docs(sections, STORED, DOCS)
    return 0


def run(names: list[str], corpus: Corpus, figures: Path | None) -> list[Section]:
    """Measure one after the other; each part is printed, and its figures kept in a file, as soon as it is there."""
    sections = []
    if names:
        print(report.HEAD + "\n", flush=True)
    with analyses() as kept:
        for name in names:
            say(f"== {name}")
            began = time.monotonic()
            section = import_module(f"tests.accuracy.{name}").measure(corpus, kept)
            sections.append(section)
            print(report.markdown(section), flush=True)
            if figures:
                merge(figures, report.flat([section]))
            say(f"   {time.monotonic() - began:.0f} s")
    return sections


def merge(file: Path, values: dict[str, Any]) -> None:
    """Add to the JSON object of a file."""
    kept = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    file.write_text(json.dumps(kept | values, indent=2, sort_keys=True) + "\n", "utf-8")


def write_docs(sections: list[Section], stored: Path, page: Path) -> None:
    """Sections replace those of the same name in the stored report; the page is made from all of it."""
    kept = json.loads(stored.read_text("utf-8")) if stored.is_file() else report.document([])
    kept["sections"] |= report.document(sections)["sections"]
    stored.write_text(report.dumped(kept), "utf-8")
    page.write_text(guide.page(report.sections_of(kept)), "utf-8")


if __name__ == "__main__":
    sys.exit(main())
