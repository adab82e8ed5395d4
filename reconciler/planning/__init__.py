"""Resources and a snapshot in, a plan out: needs, normalise, match, diff, plan, order, guards, drift.

Pure: no I/O, no clock, no randomness, no logging. Every loop over a set is sorted. What decides here is only what was
passed in, so that the same manifests and the same tenant give the same plan, byte for byte.
"""
