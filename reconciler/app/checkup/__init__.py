"""What `doctor` does: find out, and say what it means. Asking is one module; the answers to each question are others,
pure functions of what was found.
"""

from reconciler.app.checkup.examination import examine

__all__ = ["examine"]
