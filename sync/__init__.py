"""Everything that talks to another system: contract, mapping, outbox, client, conflicts, profiles, sandbox. No Qt.

It has its own MetaData and refers to rows of `app` by uuid; it takes its caller's SQLAlchemy session, so that a
business change and its outbox row commit together.
"""
