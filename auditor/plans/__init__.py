"""Claims to plans: which claims must hold together."""
