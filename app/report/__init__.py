"""The assessment as a document: PDF, Word, CSV or JSON. Charts are painted, not screenshots; every text is escaped.

QtGui only, no widgets, and no screen is needed. `data.ReportData` is all that a report is made of.
"""

from app.report.data import ReportData, Series
from app.report.writing import FORMATS, write_report

__all__ = ["FORMATS", "ReportData", "Series", "write_report"]
