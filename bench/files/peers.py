"""Files on a peer: peers.py ENGINE, with DATA, ROWS, REPEAT, THREADS and CASES in the environment. One JSON line a case."""

import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

engine = sys.argv[1]
data, rows = pathlib.Path(os.environ["DATA"]), pathlib.Path(os.environ["ROWS"])
repeat, threads = int(os.environ["REPEAT"]), int(os.environ["THREADS"])
wanted = {name for name in os.environ.get("CASES", "").split(",") if name}
texts = json.loads(pathlib.Path(__file__).with_name("cases.json").read_text())
out = pathlib.Path(tempfile.mkdtemp(prefix="firesteel-bench-"))
READS = {
    "csv, 3 columns": ("csv", texts["some"]),
    "csv, all columns": ("csv", texts["all"]),
    "json lines": ("json", texts["json"]),
}
FOUND = {"csv": "lineitem", "json": "orders"}


def on_duckdb():
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"set threads={threads}")
    types = {name: {"STRING": "VARCHAR", "INT": "INTEGER"}.get(type, type) for name, type in texts["lineitem"].items()}
    columns = "{" + ", ".join(f"'{name}': '{type}'" for name, type in types.items()) + "}"
    connection.execute(
        f"create view csv as from read_csv('{rows}/lineitem.csv', header=true, auto_detect=false, columns={columns})"
    )
    types = {name: {"STRING": "VARCHAR", "INT": "INTEGER"}.get(type, type) for name, type in texts["orders"].items()}
    columns = "{" + ", ".join(f"{name}: '{type}'" for name, type in types.items()) + "}"
    connection.execute(f"create view json as from read_json('{rows}/orders.json', format='newline_delimited', columns={columns})")
    source = f"(from '{data}/lineitem.parquet')"
    yield lambda view, text: connection.execute(f"select {text} from {view}").fetchall()
    yield lambda codec: connection.execute(f"copy {source} to '{out}/file.parquet' (format parquet, compression {codec})")
    yield lambda: connection.execute(f"copy {source} to '{out}/file.csv' (header)")
    yield lambda: connection.execute(f"copy {source} to '{out}/file.json' (format json)")
    yield {
        form: lambda form=form, name=name: connection.execute(
            f"describe select * from read_{form}('{rows}/{name}.{form}', sample_size=-1)"
        ).fetchall()
        for form, name in FOUND.items()
    }


def on_polars():
    import polars

    types = {"BIGINT": polars.Int64, "INT": polars.Int32, "DOUBLE": polars.Float64, "STRING": polars.String, "DATE": polars.Date}

    def schema(table):
        return {name: types[type] for name, type in texts[table].items()}

    context = polars.SQLContext(
        csv=polars.scan_csv(rows / "lineitem.csv", schema=schema("lineitem")),
        json=polars.scan_ndjson(rows / "orders.json", schema=schema("orders")),
    )
    table = polars.scan_parquet(data / "lineitem.parquet")
    yield lambda view, text: context.execute(f"select {text} from {view}").collect(engine="streaming").rows()
    yield lambda codec: table.sink_parquet(out / "file.parquet", compression=codec)
    yield lambda: table.sink_csv(out / "file.csv")
    yield lambda: table.sink_ndjson(out / "file.json")
    # Of CSV it reads 1 MB a second for types of all rows: left out.
    yield {"json": lambda: polars.scan_ndjson(rows / "orders.json", infer_schema_length=None).collect_schema()}


def on_spark():
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", "8g")
    session = builder.config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")

    def schema(table):
        return ", ".join(f"{name} {type}" for name, type in texts[table].items())

    session.read.schema(schema("lineitem")).option("header", True).csv(str(rows / "lineitem.csv")).createOrReplaceTempView("csv")
    session.read.schema(schema("orders")).json(str(rows / "orders.json")).createOrReplaceTempView("json")
    table = session.read.parquet(str(data / "lineitem.parquet"))
    yield lambda view, text: session.sql(f"select {text} from {view}").collect()
    yield lambda codec: table.write.mode("overwrite").option("compression", codec).parquet(str(out / "parquet"))
    yield lambda: table.write.mode("overwrite").option("header", True).csv(str(out / "csv"))
    yield lambda: table.write.mode("overwrite").json(str(out / "json"))
    yield {
        "csv": lambda: session.read.csv(str(rows / "lineitem.csv"), header=True, inferSchema=True).dtypes,
        "json": lambda: session.read.json(str(rows / "orders.json")).dtypes,
    }


read, write_parquet, write_csv, write_json, types = {"duckdb": on_duckdb, "polars": on_polars, "spark": on_spark}[engine]()
cases = {f"{form}, types of all rows": run for form, run in types.items()}
cases |= {name: lambda view=view, text=text: read(view, text) for name, (view, text) in READS.items()}
cases |= {f"write Parquet, {codec}": lambda codec=codec: write_parquet(codec) for codec in ["snappy", "zstd"]}
cases |= {"write CSV": write_csv, "write JSON lines": write_json}
try:
    for name, run in cases.items():
        if wanted and name not in wanted:
            continue
        times = []
        try:
            for _ in range(repeat):
                begin = time.perf_counter()
                run()
                times.append((time.perf_counter() - begin) * 1e3)
        except Exception as error:
            print(json.dumps({"engine": engine, "case": name, "error": str(error).splitlines()[0][:200]}), flush=True)
            continue
        figures = {"first_ms": times[0], "best_ms": min(times), "med_ms": sorted(times)[len(times) // 2]}
        print(json.dumps({"engine": engine, "case": name, **{key: round(value) for key, value in figures.items()}}), flush=True)
finally:
    shutil.rmtree(out)
