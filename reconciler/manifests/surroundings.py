"""What manifests are resolved against: variables, environment, folder, and how much is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Secrets = Literal["ignore", "warn", "require"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything outside the manifests that has a part in what they mean.

    `offline` says that no tenant will be asked what a name means. `secrets` says whether one without a value is
    passed over, warned of, or refused. `cloud` is the one that Graph is in, and `tenant` the type of the tenant, where
    they are known. File names are shown relative to `root`.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    offline: bool = False
    secrets: Secrets = "ignore"
    cloud: str = ""
    tenant: str = ""
    root: Path = field(default_factory=Path.cwd)
