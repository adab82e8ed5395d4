"""The commands as functions: the only place that wires the layers together. Nothing here prints."""

from reconciler.app.commands import apply, doctor, drift, plan, validate
from reconciler.app.request import Request, Surroundings

__all__ = ["Request", "Surroundings", "apply", "doctor", "drift", "plan", "validate"]
