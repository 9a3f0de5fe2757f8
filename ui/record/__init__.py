"""The room that records an interview: set-up of what is recorded, and the interview itself."""
