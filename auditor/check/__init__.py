"""Procedural checks: what an equation over quantities cannot say."""
