"""Desired state for Microsoft Entra user flows: manifests in git, a plan, an applied tenant, drift named."""

__version__ = "0.1.0"
