/** ROW FORMAT and STORED AS: Hive's descriptions of files. */
import type { HiveFormat, Properties } from "../syntax/command";
import type { Cursor } from "./cursor";
import { propertyList } from "./properties";

export function rowFormat(p: Cursor): HiveFormat {
  p.expect("ROW", "FORMAT");
  if (p.accept("SERDE")) {
    const serde = p.string();
    const serdeProperties = p.accept("WITH", "SERDEPROPERTIES") ? propertyList(p) : undefined;
    return { serde, ...(serdeProperties && { serdeProperties }) };
  }
  p.expect("DELIMITED");
  const delimited: Record<string, string> = {};
  if (p.accept("FIELDS", "TERMINATED", "BY")) {
    delimited["field.delim"] = p.string();
    if (p.accept("ESCAPED", "BY")) delimited["escape.delim"] = p.string();
  }
  if (p.accept("COLLECTION", "ITEMS", "TERMINATED", "BY")) delimited["colelction.delim"] = p.string();
  if (p.accept("MAP", "KEYS", "TERMINATED", "BY")) delimited["mapkey.delim"] = p.string();
  if (p.accept("LINES", "TERMINATED", "BY")) delimited["line.delim"] = p.string();
  if (p.accept("NULL", "DEFINED", "AS")) delimited["serialization.null.format"] = p.string();
  return { delimited };
}

/** STORED AS parquet, STORED AS INPUTFORMAT … OUTPUTFORMAT …, STORED BY … */
export function fileFormat(p: Cursor): HiveFormat {
  p.expect("STORED");
  if (p.accept("BY")) {
    const storageHandler = p.string();
    const serdeProperties: Properties | undefined = p.accept("WITH", "SERDEPROPERTIES") ? propertyList(p) : undefined;
    return { storageHandler, ...(serdeProperties && { serdeProperties }) };
  }
  p.expect("AS");
  if (p.accept("INPUTFORMAT")) {
    const inputFormat = p.string();
    p.expect("OUTPUTFORMAT");
    return { inputFormat, outputFormat: p.string() };
  }
  return { storedAs: p.name() };
}
