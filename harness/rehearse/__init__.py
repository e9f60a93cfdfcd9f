"""Rehearses the catalogue of failures on a tenant: who would notice?"""

from harness.rehearse.drills import DRILLS, Drill, Drilled, drill
from harness.rehearse.matrix import Matrix, Rehearsed, Seen, Try
from harness.rehearse.run import rehearse

__all__ = [
    "DRILLS",
    "Drill",
    "Drilled",
    "Matrix",
    "Rehearsed",
    "Seen",
    "Try",
    "drill",
    "rehearse",
]
