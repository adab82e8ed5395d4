"""The commands as functions: the only place that wires the layers together. Nothing here prints."""

from reconciler.app.commands import apply, drift, plan, validate
from reconciler.app.request import Request, Surroundings

__all__ = ["Request", "Surroundings", "apply", "drift", "plan", "validate"]
