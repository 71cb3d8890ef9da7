"""Ways to make the picture."""
