"""Rehearses the catalogue of failures on a tenant: who would notice?"""

from harness.rehearse.drills import DRILLS, Drill, Drilled, drill
from harness.rehearse.grade import Grade, Graded, OwnTest, grade, tests_of
from harness.rehearse.matrix import Matrix, Rehearsed, Seen, Try
from harness.rehearse.run import rehearse

__all__ = [
    "DRILLS",
    "Drill",
    "Drilled",
    "Grade",
    "Graded",
    "Matrix",
    "OwnTest",
    "Rehearsed",
    "Seen",
    "Try",
    "drill",
    "grade",
    "rehearse",
    "tests_of",
]
