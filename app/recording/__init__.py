"""Recording an interview: what is recorded, the child that writes it, and what comes after."""
