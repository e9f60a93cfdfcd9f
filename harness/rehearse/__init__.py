"""Rehearses the catalogue of failures on a tenant: who would notice?"""

from harness.rehearse.matrix import Matrix, Rehearsed, Seen, Try
from harness.rehearse.run import rehearse

__all__ = ["Matrix", "Rehearsed", "Seen", "Try", "rehearse"]
