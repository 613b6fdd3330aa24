"""A third batch, written later and by other habits, also for tuning. Built by `make.py more`;
the documents stand in the files beside this one, by kind."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

DOCUMENTS = {}
for part in ("letters", "plans", "sheets", "texts", "reports", "mixed"):
    DOCUMENTS.update(__import__(part).DOCUMENTS)
DOCUMENTS = dict(sorted(DOCUMENTS.items()))

# A stated sum is checked here too, so that a slip of the pen is not taught to the reader.
for name, (_, expected) in DOCUMENTS.items():
    for stated in expected.get("identities", []):
        total, parts = stated["expr"].split("=")
        computed = sum(float(part) for part in parts.split("+"))
        holds = abs(float(total) - computed) < 1e-6
        assert holds == stated["holds"], (name, stated)
        assert re.fullmatch(r"[\d.]+ = [\d.+]+", stated["expr"]), (name, stated)
