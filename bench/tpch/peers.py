"""TPC-H on a peer: peers.py ENGINE, with DATA, QUERIES, REPEAT, THREADS and CASES in the environment. One JSON line a query."""

import json
import os
import pathlib
import sys
import time

started = time.time()
engine = sys.argv[1]
data, queries = pathlib.Path(os.environ["DATA"]), pathlib.Path(os.environ["QUERIES"])
repeat, threads = int(os.environ["REPEAT"]), int(os.environ["THREADS"])
wanted = {name for name in os.environ.get("CASES", "").split(",") if name}
TABLES = ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"]
# What ends when nothing refers to it: a server of Sail shuts down, and its clients wait for ever.
keep = []
files = {table: str(data / f"{table}.parquet") for table in TABLES}


def session_runner(session):
    for table, file in files.items():
        session.read.parquet(file).createOrReplaceTempView(table)
    return lambda statements: [session.sql(text).collect() for text in statements][-1]


def open_engine():
    if engine == "duckdb":
        import duckdb

        connection = duckdb.connect()
        connection.execute(f"set threads={threads}")
        for table, file in files.items():
            connection.execute(f"create view {table} as select * from '{file}'")
        return lambda statements: [connection.execute(text).fetchall() for text in statements][-1]
    if engine == "polars":
        import polars

        context = polars.SQLContext({table: polars.scan_parquet(file) for table, file in files.items()})
        return lambda statements: [context.execute(text).collect(engine="streaming").rows() for text in statements][-1]
    from pyspark.sql import SparkSession

    if engine == "spark":
        builder = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", "8g")
        session = builder.config("spark.ui.enabled", "false").getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        return session_runner(session)
    if engine == "sail":
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        keep.append(server)
        return session_runner(SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate())
    raise SystemExit(f"unknown engine {engine}")


run = open_engine()
print(json.dumps({"engine": engine, "case": "ready", "best_ms": round((time.time() - started) * 1e3)}), flush=True)
for number in range(1, 23):
    name = f"q{number}"
    if wanted and name not in wanted:
        continue
    lines = (queries / f"{name}.sql").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.strip().startswith("--"))
    statements = [statement for statement in text.split(";") if statement.strip()]
    times = []
    try:
        for _ in range(repeat):
            begin = time.perf_counter()
            rows = run(statements)
            times.append((time.perf_counter() - begin) * 1e3)
    except Exception as error:
        print(json.dumps({"engine": engine, "case": name, "error": str(error).splitlines()[0][:200]}), flush=True)
        continue
    figures = {"first_ms": times[0], "best_ms": min(times), "med_ms": sorted(times)[len(times) // 2]}
    figures = {key: round(value, 1) for key, value in figures.items()}
    print(json.dumps({"engine": engine, "case": name, **figures, "rows": len(rows)}), flush=True)
