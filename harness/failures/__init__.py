"""The catalogue of what goes wrong in a roll-out, as values: each made to happen."""

from harness.failures.catalogue import CATALOGUE, find_failure
from harness.failures.noun import Failure, Guide, Harm, Notice, Part, Staged

__all__ = [
    "CATALOGUE",
    "Failure",
    "Guide",
    "Harm",
    "Notice",
    "Part",
    "Staged",
    "find_failure",
]
