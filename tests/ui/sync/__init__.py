"""The room that records an interview."""
