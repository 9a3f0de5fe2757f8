"""What is found out about an analysed interview beside its analysis: with other interviews, or with a language model.

`novelty` compares answers with other candidates' (over `answers` and `vectors`), `claims` has a language model name
evidence (over `prompt` and `quotes`), `standing` tells what has become outdated, and `findings` what may be seen of it
all. The work itself, with its child processes, is in `app.jobs.enriching`. Nothing here scores.
"""
