"""The rule writers workshop: validate, prove, solve, compile, document. Imports sympy and jsonschema."""
