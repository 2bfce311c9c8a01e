"""One operation at a time on a peer: peers.py ENGINE, with REPEAT, THREADS and CASES in the environment. One JSON line a case."""

import json
import os
import pathlib
import sys
import time

engine = sys.argv[1]
repeat, threads = int(os.environ["REPEAT"]), int(os.environ["THREADS"])
wanted = {name for name in os.environ.get("CASES", "").split(",") if name}
cases = json.loads((pathlib.Path(__file__).parent / "cases.json").read_text())
# What ends when nothing refers to it: a server of Sail shuts down, and its clients wait for ever.
keep = []


def open_session():
    from pyspark.sql import SparkSession

    if engine == "spark":
        builder = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", "4g")
        # Two hundred partitions, its default, would be its handicap.
        session = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", 4).getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        return session
    if engine == "sail":
        from pysail.spark import SparkConnectServer

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        keep.append(server)
        return SparkSession.builder.remote(f"sc://127.0.0.1:{server.listening_address[1]}").getOrCreate()
    raise SystemExit(f"unknown engine {engine}")


session = open_session()
session.sql(cases["table"]).collect()
for name, query in cases["queries"].items():
    if wanted and name not in wanted:
        continue
    times = []
    try:
        for _ in range(repeat):
            begin = time.perf_counter()
            session.sql(query).collect()
            times.append((time.perf_counter() - begin) * 1e3)
    except Exception as error:
        print(json.dumps({"engine": engine, "case": name, "error": str(error).splitlines()[0][:200]}), flush=True)
        continue
    print(json.dumps({"engine": engine, "case": name, "first_ms": round(times[0]), "best_ms": round(min(times))}), flush=True)
