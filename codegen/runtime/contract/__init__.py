"""Contract tests of a gateway that cost nothing, or as much as they are told.

report = run_contract("http://127.0.0.1:8484", "sk-...", ["uniall"], budget=5)
for row in report.found:
print(row)
"""

from __future__ import annotations

from .ledger import LedgerError
from .plan import Plan, make_plan
from .report import Report, Row
from .run import run_contract
from .waiting import RealWait, ScaledWait, SteppedWait, Wait

__all__ = ["LedgerError", "Plan", "RealWait", "Report", "Row", "ScaledWait", "SteppedWait", "Wait", "make_plan", "run_contract"]
