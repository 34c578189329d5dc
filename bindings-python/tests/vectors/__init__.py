"""Conformance cases of the repository, through the native module."""
