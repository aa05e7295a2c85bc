"""A report as JUnit XML, for build servers."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from .report import Report

_NO_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> str:
    """One test case a row; what differs is a failure, what was not tried is skipped."""
    counts = report.counts
    suite = ElementTree.Element(
        "testsuite",
        name="unibind contract",
        tests=str(len(report.rows)),
        failures=str(len(report.found)),
        skipped=str(counts.get("not-tried", 0)),
    )
    for row in report.rows:
        place = ".".join(filter(None, (row.provider, row.family, row.operation)))
        case = ElementTree.SubElement(suite, "testcase", classname=place, name=row.subject)
        if row.is_finding:
            ElementTree.SubElement(case, "failure", type=row.verdict, message=_clean(row.detail)).text = _clean(str(row))
        elif row.verdict == "not-tried":
            ElementTree.SubElement(case, "skipped", message=_clean(row.detail))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def _clean(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
