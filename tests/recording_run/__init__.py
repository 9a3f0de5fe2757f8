"""An interview that is held: consent, questions, marks, and what becomes of them."""
