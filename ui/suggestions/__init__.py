"""What follows from a signed assessment by the company's rules, and the table in which HR edits the rules."""
