"""Figures of accuracy on labelled media: `python3 dev.py accuracy [NAME …] [--json FILE]`.

Each module offers `measure(corpus: Path) -> dict[str, float]`. Nothing is tuned on these media; figures on clean
synthetic voices are optimistic, and `docs/accuracy.md` says so.
"""
