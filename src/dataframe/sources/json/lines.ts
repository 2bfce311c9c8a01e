/** Batches as lines of JSON: the same as jsonWriter gives of each row. */
import type { DataType, StructType } from "../../../columnar/types";
import { dateWriter } from "../../json/datetime-text";
import type { JsonOptions } from "../../json/options";
import { quotedJson } from "../../json/text";
import { jsonWriter } from "../../json/write";
import type { SqlSettings } from "../../settings";
import { existenceDefaultOf } from "../../types/existence-default";
import type { BatchLines } from "../files/lines-writer";
import { TextColumns, type TextField } from "../files/text-columns";
import { heap, Region } from "../wasm/heap";

/** Null where the options ask for the careful way. */
export function jsonLines(schema: StructType, options: JsonOptions, settings: SqlSettings): BatchLines | null {
  if (options.pretty || options.sortKeys || options.writeNonAsciiAsCodePoint) return null;
  // Nulls of some columns are written, those of others are not.
  if (options.ignoreNullFields && schema.fields.some((field) => existenceDefaultOf(field) !== null)) return null;
  const columns = new TextColumns(
    schema.fields.map(({ name, type }) => ({
      type,
      prefix: `${quotedJson(name)}:`,
      ...formOf(type, options, settings),
    })),
  );
  const memory = heap();
  const end = Buffer.from(options.lineSep ?? "\n");
  const region = new Region(memory);
  const at = region.need(end.length);
  memory.bytes.set(end, at);
  const width = schema.fields.length;
  const more = end.length + 2 + schema.fields.reduce((sum, { name }) => sum + Buffer.byteLength(quotedJson(name)) + 8, 0);
  return {
    of: (batch) =>
      columns.lines(batch, 6, more, (described, count, dst) =>
        memory.kernels.jsonLines(described, width, count, Number(!options.ignoreNullFields), at, end.length, dst),
      ),
    free() {
      columns.free();
      region.free();
    },
  };
}

function formOf(type: DataType, options: JsonOptions, settings: SqlSettings): Pick<TextField, "form" | "kind" | "text"> {
  const text = jsonWriter(type, options, settings);
  switch (type.kind) {
    case "string":
      return { form: "string", kind: 1, text: (value) => value as string };
    case "byte":
    case "short":
    case "int":
    case "long":
    case "decimal":
      return { form: "number", kind: 0, text };
    case "double":
      return { form: "double", kind: 0, text };
    case "date":
      if (options.dateFormat === undefined) return { form: "date", kind: 2, text: dateWriter(undefined, options) };
      return { form: "other", kind: 0, text };
    default:
      return { form: "other", kind: 0, text };
  }
}
