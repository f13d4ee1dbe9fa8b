"""Statistics of simulated runs: paired differences, many at once, when to stop, which is best, where a curve bends.

Pure functions of arrays. They know nothing of plans or metrics and never run a simulation.
"""
