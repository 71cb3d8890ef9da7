"""What vidseg measures of itself, one command each."""
