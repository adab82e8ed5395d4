"""What the reconciler costs, measured beside the least that the same work can cost.

`python -m benchmarks` records what each scenario asks of Graph, sends the same requests again with the product and with
a bare client, and prints one table of numbers and one of targets. Nothing here is a test: a machine that is busy makes
it slower, not wrong.
"""
