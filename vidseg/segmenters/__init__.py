"""Ways to find the person."""
