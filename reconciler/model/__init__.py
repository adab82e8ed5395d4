"""What every room talks about: addresses, problems, kinds, resources, live objects, plans, outcomes.

Frozen data and pure functions only. Nothing here reads a file, speaks to a network, or knows a particular kind.
"""
