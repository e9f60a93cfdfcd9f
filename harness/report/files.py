"""The edge: opens what is packaged for reports."""

from __future__ import annotations

import importlib.resources

from harness.report.check_data import SCHEMA


def read_schema() -> str:
    """Give the JSON Schema of what `check --json` prints."""
    folder = importlib.resources.files("harness.report")
    return folder.joinpath("schema", f"{SCHEMA}.json").read_text("utf-8")
