"""Exported configuration to an organization, with the account of what was understood.

Pure names only; `harness.exports.files.read_tenant` opens the files.
"""

from harness.exports.account import Account, FileLine, Line, Summary, Understood
from harness.exports.encodings import RawFile
from harness.exports.manifest import Manifest
from harness.exports.missing import Missing
from harness.exports.problems import ExportError
from harness.exports.tenant import Tenant, TenantError, make_tenant

__all__ = [
    "Account",
    "ExportError",
    "FileLine",
    "Line",
    "Manifest",
    "Missing",
    "RawFile",
    "Summary",
    "Tenant",
    "TenantError",
    "Understood",
    "make_tenant",
]
