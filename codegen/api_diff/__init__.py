"""What changed for callers between two generated states of the package. Both are read as data and as syntax; nothing of them is run."""
