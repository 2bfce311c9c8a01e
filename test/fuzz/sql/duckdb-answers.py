"""Answers of DuckDB: reads one JSON request a line, {"tables": …, "schema": …} or {"sql": …}; writes one JSON answer a line."""
import json, sys, datetime, decimal
import duckdb

connection = duckdb.connect()
connection.execute("SET threads = 1")


def plain(value):
    if isinstance(value, decimal.Decimal):
        return {"n": str(value)}
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return {"n": repr(value)}
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    return str(value)


for line in sys.stdin:
    request = json.loads(line)
    try:
        if "tables" in request:
            for name, rows in request["tables"].items():
                connection.execute(f"CREATE OR REPLACE TABLE {name} ({request['schema']})")
                for row in rows:
                    connection.execute(f"INSERT INTO {name} VALUES ({', '.join('?' for _ in row)})", list(row.values()))
            answer = {}
        else:
            answer = {"rows": [[plain(value) for value in row] for row in connection.execute(request["sql"]).fetchall()]}
    except Exception as error:
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
