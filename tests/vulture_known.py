"""Names that vulture can't see being used, each with who uses it."""
