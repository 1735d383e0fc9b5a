"""Symbolic relations between quantities: a safe reader, exact interval evaluation, derivations."""
