"""The words of the command line itself (usage, options, what is wrong with an argument) in the language in use.

The standard library's parser takes its words from gettext, under the name `_`. This module puts the house's own texts
in that place, so that they come from the same catalogue as every other sentence.
"""

from __future__ import annotations

import argparse

from app import text

_KEYS = {
    "usage: ": "usage",
    "positional arguments": "positional",
    "options": "options",
    "show this help message and exit": "show_help",
    "%(prog)s: error: %(message)s\n": "error",
    "argument %(argument_name)s: %(message)s": "argument",
    "the following arguments are required: %s": "required",
    "unrecognized arguments: %s": "unrecognised",
    "invalid choice: %(value)r (choose from %(choices)s)": "choice",
    "invalid %(type)s value: %(value)r": "value",
    "expected one argument": "expected_one",
    "expected at least one argument": "expected_some",
    "ambiguous option: %(option)s could match %(matches)s": "ambiguous",
    "not allowed with argument %s": "not_with",
    "ignored explicit argument %r": "ignored",
    "unknown parser %(parser_name)r (choices: %(choices)s)": "parser",
}
"""The parser's own words (Python 3.11) and their keys; others stay as they are."""


def translated(words: str) -> str:
    """The parser's words in the language in use."""
    key = _KEYS.get(words)
    return words if key is None else text.tr(f"cli.arg_{key}")


def speak() -> None:
    """From now on every parser speaks the language in use."""
    setattr(argparse, "_", translated)  # noqa: B010  the name is not in the parser's type
