"""Backends that route as real ones do, for paths that the gate grants."""
