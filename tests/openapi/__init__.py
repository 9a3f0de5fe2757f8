"""The published contract against the sandbox that implements it, driven by another's tool (schemathesis)."""
