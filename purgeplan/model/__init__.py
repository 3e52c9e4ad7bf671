"""Values and total functions on them; the standard library and nothing else."""
