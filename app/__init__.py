"""The application's core: domain, library, scoring, jobs, reports, policy, command line. No widgets."""

__version__ = "0.1.0"
