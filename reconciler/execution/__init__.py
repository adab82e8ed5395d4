"""Plan and tenant to outcomes: requests, the run itself, read-backs, and what a run leaves on disk.

Decided first, then done: what to send, what may start and what an answer means are pure functions. What is wanted
and what differs belongs to planning; how a request travels belongs to the tenant.
"""
