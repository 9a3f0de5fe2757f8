"""The engine: an AnalysisRequest in, one Analysis document out.

No Qt, no database, no network lives here. `observe` (media, speech, face, expression, language models) looks at the
recording and is cached per stage; `derive` is a pure function of the observations and of people's corrections.
"""
