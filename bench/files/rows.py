"""rows.py DATA FOLDER: lineitem as CSV with a header, orders as JSON lines, by DuckDB."""

import pathlib
import sys

import duckdb

data, folder = map(pathlib.Path, sys.argv[1:])
folder.mkdir(parents=True, exist_ok=True)
duckdb.sql(f"copy (from '{data}/lineitem.parquet') to '{folder}/lineitem.csv' (header, delimiter ',')")
duckdb.sql(f"copy (from '{data}/orders.parquet') to '{folder}/orders.json' (format json)")
