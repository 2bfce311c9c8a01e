"""Makes casts.json: what Spark gives for CAST(CAST(CAST('text' AS from) AS to) AS STRING), in ANSI, legacy and try mode.

Run with PySpark 4.2: python test/golden/casts.py > test/golden/casts.json
Each case is [mode, from, to, text, outcome]; the outcome is ["text", …], ["null"] or ["error", class].
Types are named as in Spark's JSON. Casts that Spark does not allow are in "refused".
"""

import json
import re

from pyspark.sql import SparkSession

ZONE = "America/Los_Angeles"

INPUTS = {
    "string": [
        "0", "1", " 12 ", "+5", "-7", "1.9", "1.", ".5", "-.5", "1e3", "1E-2", "1.0d", "1f", "127", "128", "32768", "2147483648",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "12345678901234567890123456789012345678",
        "123456789012345678901234567890123456789", "1e40", "0x1p3", "NaN", "nan", "inf", "-Infinity", "+inf", "abc", "", " ", "1 2",
        "true", "T", "yes", "Y", "f", "No", "tru", "2020", "2020-1", "2020-02-30", "2020-02-29", "2020-1-5 ", "2020-01-05T", "-0001-01-01",
        "12345-01-01", "+12345-01-01", "1582-10-10", "0000-01-01", "20200101", "2020-01-01 1:2:3", "2020-01-01T23:59:59.999999999",
        "2020-01-01 12", "2020-01-01 12:30", "2020-01-01 12:30Z", "2020-01-01 24:00:00", "2020-01-01 12:00:00.", "2020-01-01 12:00:00+8",
        "2020-01-01 12:00:00 +08:30", "2020-01-01 12:00:00.5-8:5", "2020-01-01 12:00:00 UTC+8", "2020-01-01 12:00:00 Europe/Paris",
        "2020-01-01 12:00:00 europe/paris", "2020-01-01 12:00:00PST", "2020-01-01 12:00:00 GMT-3", "2020-01-01 12:00:00+19:00",
        "2020-03-08 02:30:00", "2020-11-01 01:30:00", "1883-11-18 12:00:00", "1800-01-01 00:00:00", "9999-12-31 23:59:59.999999",
        "2020-01-01 12:00:00\t", "\n2020-01-01", "12:30", "12:30:15.123456789", "T1:2:3", "23:59:60", "12:30 PM", "13:00 AM",
        "1 day", "interval 1 year 2 months -3 days 4 hours 5.5 seconds", "1 year 1 fortnight", "1-2", "-1-11", "1-12", "INTERVAL '1-2' YEAR TO MONTH",
        "1 02:03:04.5", "-1 02:03:04", "1 2:3:4", "INTERVAL -'1 02:03:04.000001' DAY TO SECOND", "106751991 04:00:54.775807", "106751992 00:00:00",
    ],
    "boolean": ["true", "false"],
    "byte": ["0", "1", "-128", "127"],
    "short": ["0", "300", "-32768", "32767"],
    "integer": ["0", "1", "-1", "40000", "2147483647", "-2147483648"],
    "long": ["0", "1", "-1", "3000000000", "9007199254740993", "9223372036854775807", "-9223372036854775808"],
    "float": ["0", "-0.0", "1.1", "1.5", "-1.9", "1e10", "16777216", "3.4028235E38", "1.4E-45", "1e-5", "NaN", "Infinity", "123456.789", "0.001", "9999999", "10000000"],
    "double": [
        "0", "-0.0", "1.1", "1.5", "-1.9", "2.5", "127.9", "128", "-129", "1e10", "1e7", "9999999.5", "0.001", "0.0009", "1e20", "-1e20", "9.223372036854775E18",
        "9.223372036854775807E18", "1.7976931348623157E308", "4.9E-324", "NaN", "Infinity", "-Infinity", "123456789.123456789", "0.1",
    ],
    "decimal(10,2)": ["0", "1.50", "-1.99", "127.99", "128.00", "12345678.99", "-99999999.99", "0.01"],
    "decimal(38,18)": ["0", "1.5", "-1.999999999999999999", "99999999999999999999.999999999999999999", "9223372036854775808", "0.000000000000000001"],
    "decimal(38,0)": ["0", "9223372036854775807", "-9223372036854775809", "99999999999999999999999999999999999999"],
    "binary": ["", "abc", "é"],
    "date": ["1970-01-01", "1969-12-31", "2020-02-29", "0001-01-01", "9999-12-31", "+12345-06-07", "-0044-03-15"],
    "timestamp": [
        "1970-01-01 00:00:00Z", "1969-12-31 23:59:59.5Z", "2020-02-29 12:34:56.789Z", "2020-03-08 10:30:00Z", "2020-11-01 09:30:00Z",
        "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1883-11-18 12:00:00", "1901-01-01 00:00:00.000001",
    ],
    "timestamp_ntz": ["1970-01-01 00:00:00", "2020-03-08 02:30:00", "2020-11-01 01:30:00", "2020-02-29 12:34:56.789", "0001-01-01 00:00:00.000001"],
    "time(6)": ["00:00:00", "12:34:56.789012", "23:59:59.999999"],
    "interval": ["1 year 2 months 3 days 4 hours 5 minutes 6.5 seconds", "0 seconds", "-1 month 1 day"],
    "interval day to second": ["0 00:00:00", "1 02:03:04.5", "-1 02:03:04.000001", "106751991 04:00:54.775807"],
    "interval day": ["0", "100", "-5"],
    "interval hour to minute": ["01:02", "-100:30"],
    "interval second": ["0", "1.5", "-100.000001"],
    "interval year to month": ["0-0", "1-2", "-1-2", "178956970-7"],
    "interval month": ["0", "14", "-14"],
    "interval year": ["3", "-3"],
}
TARGETS = [
    "string", "boolean", "byte", "short", "integer", "long", "float", "double", "decimal(10,2)", "decimal(3,1)", "decimal(38,18)", "decimal(38,0)",
    "binary", "date", "timestamp", "timestamp_ntz", "time(6)", "time(3)", "interval", "interval day to second", "interval day", "interval hour to minute",
    "interval second", "interval year to month", "interval month", "interval year",
]
TIME_ONLY = re.compile(r"\s*(T|\d{1,2}:)")
SQL = {"byte": "tinyint", "short": "smallint", "integer": "int", "long": "bigint"}


def sql(name):
    return SQL.get(name, name)


def main():
    spark = (
        SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config("spark.sql.session.timeZone", ZONE)
        .config("spark.sql.timeType.enabled", "true").getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    cases, refused = [], []
    for mode in ("ansi", "legacy", "try"):
        function = "try_cast" if mode == "try" else "cast"
        for source, texts in INPUTS.items():
            for target in TARGETS:
                if source == target:
                    continue
                for text in texts:
                    if target == "timestamp" and source == "string" and TIME_ONLY.match(text):
                        continue  # the day would be today
                    if target == "interval year" and text == "9223372036854775807":
                        continue  # Spark wraps around to -1
                    spark.conf.set("spark.sql.ansi.enabled", "true" if mode == "ansi" else "false")
                    quoted = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
                    value = f"cast('{quoted}' as {sql(source)})"
                    shown = f"{function}({value} as {sql(target)})"
                    if target == "binary":
                        shown = f"hex({shown})"
                    try:
                        rows = spark.sql(f"select cast({shown} as string)").collect()
                        outcome = ["null"] if rows[0][0] is None else ["text", rows[0][0]]
                    except Exception as error:
                        name = error.getCondition() if hasattr(error, "getCondition") else None
                        outcome = ["error", name]
                        if name is not None and name.startswith("DATATYPE_MISMATCH"):
                            refused.append([mode, source, target])
                            break
                    cases.append([mode, source, target, text, outcome])
    print(json.dumps({"zone": ZONE, "refused": refused, "cases": cases}, ensure_ascii=False).replace("], [", "],\n["))


main()
