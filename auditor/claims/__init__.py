"""Statements to claims: which quantity each number speaks of, in which role and scope."""
