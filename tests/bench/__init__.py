"""Figures of speed and memory: `python3 dev.py bench [NAME …] [--json FILE]`.

Each module `<name>_bench.py` offers `WHAT`, a line per key that says what starts and ends the figure, its size and the
repetitions, and `measure() -> dict[str, float | None]`. None = could not be measured here, the reason is printed.
"""
