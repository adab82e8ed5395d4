"""From text to resources: find and load manifests, check them, and resolve names, variables and secrets.

Everything that is said about what people wrote is said here, with a place and a fix. What Graph makes of it, and what
the tenant holds, is nobody's business here: kinds come in as an argument, and nothing is asked of a network.
"""
