/** Records that readers found not to be of the schema: how many, and the first of them, told when a query has ended. */
import { log } from "../../common/log";
import { BAD_RECORD_SAMPLES, type BadRecordsUpdate } from "../exec/task-environment";
import type { LenientMode } from "../json/record-mode";

/** Of a sample in the log, characters. */
const SHOWN = 200;

export class BadRecords {
  readonly #found = new Map<string, { readonly update: BadRecordsUpdate; records: number; readonly samples: string[] }>();

  /** What a task reports. */
  add(update: BadRecordsUpdate): void {
    const [relation, mode, records, samples] = update;
    const key = `${mode} ${relation}`;
    let found = this.#found.get(key);
    if (found === undefined) this.#found.set(key, (found = { update, records: 0, samples: [] }));
    found.records += records;
    found.samples.push(...samples.slice(0, BAD_RECORD_SAMPLES - found.samples.length));
  }

  /** Warns of what was found since it was told last. Tasks of other queries that run at the time may be among it. */
  tell(): void {
    const all = [...this.#found.values()];
    this.#found.clear();
    for (const { update, records, samples } of all) log.warn(warning(update[0], update[1], records, samples));
  }
}

function warning(relation: string, mode: LenientMode, records: number, samples: readonly string[]): string {
  const [are, them] = records === 1 ? ["1 record is", "it"] : [`${records.toLocaleString("en-US")} records are`, "them"];
  const done =
    mode === "PERMISSIVE"
      ? `NULL, or the default of its column, stands for what could not be read of ${them}. Modes: "FAILFAST" ends the query, "DROPMALFORMED" leaves such records out; a column columnNameOfCorruptRecord of the schema keeps their text.`
      : `${records === 1 ? "It was" : "They were"} left out, as the mode DROPMALFORMED says.`;
  const shown = samples.map((sample) => (sample.length > SHOWN ? `${sample.slice(0, SHOWN)}…` : sample));
  return `${are} not of the schema of ${relation}. ${done} ${samples.length < records ? "The first" : "Found"}:\n${shown.map((sample) => `  ${sample}`).join("\n")}`;
}
