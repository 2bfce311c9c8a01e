"""Small Parquet files by pyarrow and DuckDB, with the values of all their columns in flat.json and nested.json. Run in this directory:
python make.py. spark.parquet comes from make_spark.py."""
import datetime, decimal, json, math
import duckdb, pyarrow as pa, pyarrow.parquet as pq

N = 300
D = decimal.Decimal


def values(t):
    """The values of a column as the tests compare them: integers as text, days, microseconds, hexadecimal bytes."""
    def norm(v, t):
        if v is None: return None
        if pa.types.is_map(t): return [[norm(k, t.key_type), norm(x, t.item_type)] for k, x in v]
        if pa.types.is_list(t): return [norm(x, t.value_type) for x in v]
        if pa.types.is_struct(t): return [norm(v[t.field(i).name], t.field(i).type) for i in range(t.num_fields)]
        if pa.types.is_dictionary(t): return norm(v, t.value_type)
        if pa.types.is_boolean(t): return v
        if pa.types.is_integer(t): return str(v)
        if pa.types.is_floating(t): return float(v) if math.isfinite(v) else str(v).replace("inf", "Infinity").replace("nan", "NaN")
        if pa.types.is_decimal(t): return str(int(v.scaleb(t.scale)))
        if pa.types.is_string(t): return v
        if pa.types.is_binary(t) or pa.types.is_fixed_size_binary(t): return v.hex()
        raise TypeError(str(t))
    def column(c):
        if pa.types.is_timestamp(c.type):
            unit = {"ms": 1000, "us": 1}[c.type.unit]
            return [None if v is None else str(v * unit) for v in c.cast(pa.int64()).to_pylist()]
        if pa.types.is_date32(c.type): return [None if v is None else str(v) for v in c.cast(pa.int32()).to_pylist()]
        return [norm(v, c.type) for v in c.to_pylist()]
    return {t.schema.field(i).name: column(t.column(i)) for i in range(t.num_columns)}


def some(f, every=7):
    return [None if i % every == 3 else f(i) for i in range(N)]


decimal.getcontext().prec = 60
flat = pa.table({
    "b": pa.array(some(lambda i: i % 3 == 0), pa.bool_()),
    "i8": pa.array(some(lambda i: i % 256 - 128), pa.int8()),
    "i16": pa.array(some(lambda i: i * 200 - 30000), pa.int16()),
    "i32": pa.array(some(lambda i: i * 7654321 - 2**31), pa.int32()),
    "i64": pa.array(some(lambda i: i * 1234567890123 - 2**45), pa.int64()),
    "wide": pa.array(some(lambda i: 2**62 - i if i > 200 else i), pa.int64()),
    "u8": pa.array(some(lambda i: i % 256), pa.uint8()),
    "u32": pa.array(some(lambda i: 2**32 - 1 - i), pa.uint32()),
    "u64": pa.array(some(lambda i: 2**64 - 1 - i), pa.uint64()),
    "f16": pa.array(some(lambda i: i / 8), pa.float16()),
    "f32": pa.array(some(lambda i: i / 4 if i else float("nan")), pa.float32()),
    "f64": pa.array(some(lambda i: i / 3 if i > 1 else -math.inf), pa.float64()),
    "s": pa.array(some(lambda i: "näme %d" % (i % 17)), pa.string()),
    "t": pa.array(["row %06d" % (i * i) for i in range(N)], pa.string()),
    "x": pa.array(some(lambda i: bytes([i % 256, 0, 255])), pa.binary()),
    "fx": pa.array(some(lambda i: bytes([i % 256] * 5)), pa.binary(5)),
    "d9": pa.array(some(lambda i: D(i * 31) / D(100) * (-1) ** i), pa.decimal128(9, 2)),
    "d18": pa.array(some(lambda i: D(i * 10**13 + 1) / D(10000)), pa.decimal128(18, 4)),
    "d38": pa.array(some(lambda i: D(i * (10**30) - 5) / D(10**6)), pa.decimal128(38, 6)),
    "day": pa.array(some(lambda i: datetime.date(1960, 1, 1) + datetime.timedelta(days=i * 50)), pa.date32()),
    "ms": pa.array(some(lambda i: i * 86_399_001 - 10**11), pa.timestamp("ms", "UTC")),
    "us": pa.array(some(lambda i: i * 86_399_000_001 - 10**14), pa.timestamp("us", "UTC")),
    "ntz": pa.array(some(lambda i: i * 1_000_003), pa.timestamp("us")),
})
nested = pa.table({
    "l": pa.array(some(lambda i: [None if k == 2 else k * i for k in range(i % 5)]), pa.list_(pa.int32())),
    "ll": pa.array(some(lambda i: [None if j == 1 else ["s%d" % k for k in range(j)] for j in range(i % 4)]), pa.list_(pa.list_(pa.string()))),
    "m": pa.array(some(lambda i: [("k%d" % k, None if k == 1 else k / 2) for k in range(i % 3)]), pa.map_(pa.string(), pa.float64())),
    "st": pa.array(some(lambda i: {"a": None if i % 4 == 0 else i, "b": {"c": "c%d" % i, "d": None}}),
                   pa.struct([("a", pa.int64()), ("b", pa.struct([("c", pa.string()), ("d", pa.date32())]))])),
    "ls": pa.array(some(lambda i: [{"p": k, "q": [k] * k} if k != 1 else None for k in range(i % 4)]),
                   pa.list_(pa.struct([("p", pa.int16()), ("q", pa.list_(pa.int64()))]))),
})


def write(name, table, **options):
    pq.write_table(table, name + ".parquet", **options)


for name, table in [("flat", flat), ("nested", nested)]:
    with open(name + ".json", "w") as f:
        json.dump(values(table), f, separators=(",", ":"), ensure_ascii=False)
write("flat", flat, row_group_size=130, data_page_size=300)
write("flat-v2-plain", flat, use_dictionary=False, data_page_version="2.0", compression="none", write_page_index=True)
write("nested", nested, data_page_size=200, write_batch_size=10)
write("nested-v2", nested, data_page_version="2.0", compression="zstd")
for codec in ["gzip", "brotli", "zstd", "lz4"]:
    write("codec-" + codec, flat.select(["i32", "s"]), compression=codec)
encoded = flat.select(["i32", "i64", "wide", "s", "t", "x", "fx", "f32", "f64", "b"])
write("delta", encoded, use_dictionary=False, column_encoding={
    "i32": "DELTA_BINARY_PACKED", "i64": "DELTA_BINARY_PACKED", "wide": "DELTA_BINARY_PACKED", "s": "DELTA_LENGTH_BYTE_ARRAY",
    "t": "DELTA_BYTE_ARRAY", "x": "DELTA_LENGTH_BYTE_ARRAY", "fx": "DELTA_BYTE_ARRAY", "f32": "BYTE_STREAM_SPLIT",
    "f64": "BYTE_STREAM_SPLIT", "b": "RLE"}, data_page_version="2.0")
con = duckdb.connect()
con.register("flat", flat.drop_columns(["f16", "fx", "u64"]))
con.execute("copy flat to 'duckdb.parquet' (format parquet, compression zstd)")
