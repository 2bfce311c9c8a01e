"""Loads what firesteel saved into PySpark, and compares its results with those of PySpark's own models.

    python load.py DIRECTORY        (a directory for each case of expected.json; prints what differs)
"""
import json
import os
import sys

import spark as golden
from pyspark.ml.util import DefaultParamsReader

SIGNS_ARE_FREE = {"pca"}


def differs(got, want, free):
    if isinstance(got, float) and isinstance(want, (int, float)):
        if free:
            got, want = abs(got), abs(want)
        return abs(got - want) > 1e-9 * max(1, abs(want))
    if isinstance(got, list):
        return len(got) != len(want) or any(differs(a, b, free) for a, b in zip(got, want))
    if isinstance(got, dict):
        return got.keys() != want.keys() or any(differs(got[k], want[k], free) for k in got)
    return got != want


def main(directory):
    with open(os.path.join(golden.HERE, "expected.json")) as file:
        cases = {case["id"]: case for case in json.load(file)["cases"]}
    failures = []
    for id in sorted(os.listdir(directory)):
        case = cases[id]
        try:
            stage = DefaultParamsReader.loadParamsInstance(os.path.join(directory, id), golden.spark)
            rows = stage.transform(golden.frames[case["on"]]).select(*case["out"]).collect()
            got = [golden.plain(list(row)) for row in rows]
            if differs(got, case["rows"], id in SIGNS_ARE_FREE):
                failures.append(f"{id}: other results")
        except Exception as error:
            failures.append(f"{id}: {str(error)[:300]}")
    print(json.dumps({"cases": len(os.listdir(directory)), "failures": failures}))


main(sys.argv[1])
