"""Loads and benchmarks, against a stack on this machine and nothing else."""
