"""Makes common-types.json: the type of coalesce(a, b) for pairs of types in ANSI and legacy mode.

Run with PySpark 4.2: python test/golden/common-types.py > test/golden/common-types.json
Each case is [mode, a, b, common type or null]; types are Spark's JSON.
"""

import json

from pyspark.sql import SparkSession

TYPES = [
    "void", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(3,1)", "decimal(10,2)", "decimal(38,18)", "decimal(38,0)",
    "string", "binary", "date", "timestamp", "timestamp_ntz", "time(6)", "time(3)", "interval", "interval day to second", "interval hour to minute",
    "interval year to month", "interval year", "array<int>", "array<string>", "array<double>", "map<string,int>", "map<int,string>", "struct<a:int>", "struct<a:string>",
    "struct<b:int>", "struct<a:int,b:int>",
]


def value(name):
    if name == "void":
        return "null"
    return "make_interval(1)" if name == "interval" else f"cast(null as {name})"


def main():
    spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.timeType.enabled", "true").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    cases = []
    for mode in ("ansi", "legacy"):
        spark.conf.set("spark.sql.ansi.enabled", "true" if mode == "ansi" else "false")
        types = {name: json.loads(spark.sql(f"select {value(name)} as v").schema.json())["fields"][0]["type"] for name in TYPES}
        for a in TYPES:
            for b in TYPES:
                try:
                    common = json.loads(spark.sql(f"select coalesce({value(a)}, {value(b)}) as v").schema.json())["fields"][0]["type"]
                except Exception:
                    common = None
                cases.append([mode, types[a], types[b], common])
    print("[" + ",\n".join(json.dumps(case) for case in cases) + "]")


main()
