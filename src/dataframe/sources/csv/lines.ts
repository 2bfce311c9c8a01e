/** Batches as lines of CSV: the same as csvLineWriter gives of each row. */
import type { DataType, StructType } from "../../../columnar/types";
import type { CsvOptions } from "../../csv/options";
import { csvTextOf } from "../../csv/write";
import type { SqlSettings } from "../../settings";
import type { BatchLines } from "../files/lines-writer";
import { TextColumns, type TextForm } from "../files/text-columns";
import { heap, Region } from "../wasm/heap";

/** What may mean something: none of the characters of numbers and dates, which are never quoted. */
const MEANING = /^[\t!-~]$/;
const OF_NUMBERS = /[0-9A-Za-z.+-]/;

/** Null where the options ask for the careful way. */
export function csvLines(schema: StructType, options: CsvOptions, settings: SqlSettings): BatchLines | null {
  const { delimiter, quote, escape, escapeOfEscape, quoteAll } = options;
  const comment = options.comment ?? "#";
  const meanings = [delimiter, quote, escape, escapeOfEscape, comment].filter((one) => one !== "");
  if (quoteAll || !meanings.every((one) => MEANING.test(one) && !OF_NUMBERS.test(one))) return null;
  const columns = new TextColumns(
    schema.fields.map(({ type }) => {
      const form = formOf(type, options);
      return {
        type,
        form,
        kind: form === "string" || form === "other" ? 1 : 0,
        prefix: "",
        text: csvTextOf(type, options, settings),
      };
    }),
  );
  const memory = heap();
  const texts = [options.nullValue, options.emptyValue.write, options.lineSep ?? "\n"].map((text) => {
    const [bytes, region] = [Buffer.from(text), new Region(memory)];
    const address = region.need(bytes.length);
    memory.bytes.set(bytes, address);
    return { region, address, length: bytes.length };
  });
  const [nothing, empty, end] = texts as [(typeof texts)[0], (typeof texts)[0], (typeof texts)[0]];
  const code = (text: string): number => (text === "" ? 0 : text.charCodeAt(0));
  const trims = Number(options.trimLeading.write) + 2 * Number(options.trimTrailing.write);
  const width = schema.fields.length;
  const more = end.length + width * (Math.max(nothing.length, empty.length) + 3);
  return {
    of: (batch) =>
      columns.lines(batch, 2, more, (described, count, dst) =>
        memory.kernels.csvLines(
          described,
          width,
          count,
          code(delimiter),
          code(quote),
          Number(options.escapeQuotes),
          code(escape),
          escape === quote ? 0 : code(escapeOfEscape),
          code(comment),
          trims,
          nothing.address,
          nothing.length,
          empty.address,
          empty.length,
          end.address,
          end.length,
          dst,
        ),
      ),
    free() {
      columns.free();
      for (const { region } of texts) region.free();
    },
  };
}

function formOf(type: DataType, options: CsvOptions): TextForm {
  switch (type.kind) {
    case "string":
      return "string";
    case "byte":
    case "short":
    case "int":
    case "long":
    case "decimal":
      return "number";
    case "double":
      return "double";
    case "date":
      return options.dateFormat === undefined ? "date" : "other";
    default:
      return "other";
  }
}
