"""The only package that opens containers."""
