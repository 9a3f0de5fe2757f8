"""The accuracy report on labelled media: `python3 dev.py accuracy [NAME …]`, and the page that is made from it.

One module a measurement, each with `measure(corpus, analyses) -> Section`; `figures` says what a figure is, `intervals`
how sure it is, `report` how it is written, `verdicts` and `guide` what a user may rely on. Nothing of the product is
tuned here. What concerns the measuring itself is tested beside it.
"""
