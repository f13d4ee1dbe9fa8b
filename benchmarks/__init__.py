"""Speed and memory of prsim and of its peers, in one command: ``python -m benchmarks``."""
