"""tpcds.py SCALE DIRECTORY: the tables of TPC-DS as Parquet in DIRECTORY/data and its 99 queries in DIRECTORY/queries, both made by
DuckDB's extension (PyPI: duckdb-extensions and duckdb-extension-tpcds, of the version of duckdb)."""
import os, sys

import duckdb
from duckdb_extensions import import_extension

scale, directory = float(sys.argv[1]), sys.argv[2]
data, queries = os.path.join(directory, "data"), os.path.join(directory, "queries")
os.makedirs(data)
os.makedirs(queries)
import_extension("tpcds")
db = duckdb.connect()
db.execute("LOAD tpcds")
db.execute("SET enable_progress_bar = false")
db.execute(f"CALL dsdgen(sf = {scale})")
for (table,) in db.execute("SHOW TABLES").fetchall():
    db.execute(f"COPY {table} TO '{data}/{table}.parquet' (FORMAT parquet)")
for number, text in db.execute("FROM tpcds_queries()").fetchall():
    with open(os.path.join(queries, f"q{number}.sql"), "w") as file:
        file.write(text)
