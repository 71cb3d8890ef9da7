"""Ways to better a matte."""
