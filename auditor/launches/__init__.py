"""Launches: what a command, a values file or a configuration tells the programs it starts, by the programs' own options.

A program is data (`rules/programs/<name>.yaml`): its options and keys, how it counts its processes. A launch is what one
command or one configuration sets: each value with its place. What follows from names (a model's heads, a GPU's memory) is
joined by `auditor.launches.facts`. Nothing is ever run.
"""

from auditor.launches.model import Launch, Setting
from auditor.launches.read import launches

__all__ = ["Launch", "Setting", "launches"]
