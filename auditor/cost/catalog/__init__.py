"""The catalog: hardware and models as data, each figure with its source and evidence grade.

`find_hardware` and `find_models` say what a name may mean (several entries where it is ambiguous); `compare_hardware` and
`compare_model` say whether any of them admits a claim. `auditor.cost.catalog.huggingface` reads a `config.json`.
"""

from auditor.cost.catalog.figures import Comparison, Figure, Grade, Reading, Source, sources
from auditor.cost.catalog.hardware import Hardware, compare_hardware, find_hardware, hardware, hardware_names
from auditor.cost.catalog.models import Model, compare_model, find_models, model_names, models

__all__ = [
    "Comparison",
    "Figure",
    "Grade",
    "Hardware",
    "Model",
    "Reading",
    "Source",
    "compare_hardware",
    "compare_model",
    "find_hardware",
    "find_models",
    "hardware",
    "hardware_names",
    "model_names",
    "models",
    "sources",
]
