"""Handing over without a network: positions and interviews travel to a laptop, signed assessments back, as one file.

A `.mianjian` package is a zip with a manifest (see docs/package-format.md), sealed with a passphrase where one is
given. `archive` and `sealing` know the file, `rows` what of the tables travels, `merging` compares, `writing` and
`taking` move between package and library, `cards` are the differences that a person decides. No window here, and no HR
system: what has to be sent goes through `app.outgoing` like everything else.
"""
