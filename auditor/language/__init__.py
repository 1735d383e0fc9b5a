"""The language of reports: how numbers, units and names are written, as typed values."""
