"""What a small grey copy of the frames tells: shots, where things go, and what goes with the place."""
