"""Bytes of each format to statements; one file a format."""
