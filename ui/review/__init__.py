"""The review room: player, transcript and scorecard above one timeline of everything that was heard and seen.

Widgets here show what a `model.Presenter` gives and hand every change to it at once; scores, corrections and audit are
`app`'s. Lanes of optional rooms live in modules of their own, found by `find_spec`, so that a build can leave them out.
"""
