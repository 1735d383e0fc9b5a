"""Audits LLM deployment reports: reads every number they claim, recomputes what can be recomputed, shows what cannot be true."""

__version__ = "0.1.0"
