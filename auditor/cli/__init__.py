"""The command line: one lazily loaded command a file."""
