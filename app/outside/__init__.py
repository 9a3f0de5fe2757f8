"""Outside AI services: which are set up, whether anything of an interview may be sent to one, and what is recorded.

`services` knows the profiles and what a person chose; `gate` decides, and nothing reaches `sync.providers.service`
without it; `sending` opens a service so that every request is in the audit. What is asked and what becomes of it is in
`app.jobs.outside_speech` and `app.jobs.outside_asking`. Everything is off until somebody turns it on.
"""
