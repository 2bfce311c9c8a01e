/** Whether an answer is the expected one, and why a case does not apply. */

const hidden = "[not included in comparison]";

/** Places, times and numbers that differ from run to run. */
export function normalized(text) {
  return text
    .replace(/#\d+/g, "#x")
    .replace(/plan_id=\d+/g, "plan_id=x")
    .replace(/Location.*org\.apache\.spark\.sql\.SQLQueryTestSuite\//g, `Location ${hidden}/{warehouse_dir}/`)
    .replace(/file:[^\s,]*org\.apache\.spark\.sql\.SQLQueryTestSuite/g, `file:${hidden}/{warehouse_dir}`)
    .replace(/Created By.*/g, `Created By ${hidden}`)
    .replace(/Created Time.*/g, `Created Time ${hidden}`)
    .replace(/Last Access.*/g, `Last Access ${hidden}`)
    .replace(/Owner\t.*/g, `Owner\t${hidden}`)
    .replace(/Partition Statistics\t\d+/g, `Partition Statistics\t${hidden}`)
    .replace(/"(created_by|created_time|last_access|owner)( \[not included in comparison\])?":"[^"]*"/g, `"$1 ${hidden}":"None"`)
    .replace(/"location":\s*"[^"]*?org\.apache\.spark\.sql\.SQLQueryTestSuite\/?/g, `"location": "${hidden}/{warehouse_dir}/`)
    .replace(/CTERelation(Def|Ref) \d+,/g, "CTERelation$1 xxxx,")
    .replace(/@\w*,/g, "@xxxxxxxx,")
    .replace(/\*\(\d+\) /g, "*")
    .replace(/[ \t]+$/gm, "")
    .replace(/\s+$/, "");
}

/** What of Spark's own answer is compared: an error's class and state, or schema and rows. */
export function expectation({ schema, output }) {
  const [first = "", ...rest] = output.split("\n");
  if (schema !== "struct<>" || !/^(java|org|scala)\.[\w.$]+$/.test(first)) return { kind: "rows", schema, output };
  try {
    const { errorClass, sqlState } = JSON.parse(rest.join("\n"));
    return { kind: "error", errorClass, sqlState };
  } catch {
    return { kind: "error" };
  }
}

/**
 * @param {{ schema: string, rows: readonly string[] } | { errorClass: string, sqlState?: string }} answer
 * @returns {string | null} what is wrong: "schema", "rows", "unexpected error", "no error" or "other error".
 */
export function difference(testCase, answer) {
  const expected = expectation(testCase);
  if (expected.kind === "error") {
    if (!("errorClass" in answer)) return "no error";
    if (expected.errorClass === undefined) return null;
    return expected.errorClass === answer.errorClass && expected.sqlState === answer.sqlState ? null : "other error";
  }
  if ("errorClass" in answer) return "unexpected error";
  if (expected.schema !== answer.schema) return "schema";
  return sameRows(testCase, answer.rows) ? null : "rows";
}

function sameRows({ query, output, form }, rows) {
  const wanted = normalized(output);
  const given = rows.map((row) => normalized(row));
  if (normalized(given.join("\n")) === wanted) return true;
  if (form === "functions" || isOrdered(query)) return false;
  return normalized([...given].sort().join("\n")) === wanted || sortedLines(given.join("\n")) === sortedLines(wanted);
}

const sortedLines = (text) => text.split("\n").sort().join("\n").trim();

/** Whether ORDER BY stands outside of all parentheses. */
export function isOrdered(query) {
  const bare = query.replace(/--[^\n]*/g, " ").replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`/g, "''");
  let depth = 0;
  let text = "";
  for (const char of bare) {
    if (char === "(") depth++;
    else if (char === ")") depth--;
    else if (depth === 0) text += char;
  }
  return /\border\s+by\b/i.test(text);
}

/** What the engine leaves out (docs/deviations.md), by the names of the functions. */
const OUT_OF_SCOPE = [
  ["sketches are out of scope", /\b(hll_\w+|approx_top_k_(accumulate|combine|estimate))\s*\(/i],
  ["XML is out of scope", /\b((from|to|schema_of)_xml|xpath(_\w+)?)\s*\(/i],
  ["geospatial types are out of scope", /\bst_\w+\s*\(|\b(geometry|geography)\s*\(/i],
];

/** Functions whose answer is another at each moment, for each user and each version. */
const OF_ITS_MOMENT =
  /\b(curdate|current_date|current_time|current_timestamp|current_timezone|localtimestamp|now|rand|randn|random|uuid|user|session_user|current_user|version)\b/i;

/** Whether an example of a function cannot be compared beyond its schema, which was right. */
export function isOfItsMoment({ form, query }, wrong) {
  return form === "functions" && wrong === "rows" && OF_ITS_MOMENT.test(query);
}

const MISSING_FILES = /\b(onek2?|tenk1|aggtest|int8_tbl_file)\b/i;

/** Why a query cannot be asked here, or null. What it makes is missing for those after it that name it: `missing` collects it. */
export function notApplicable(query, missing) {
  if (/\bcreate\s+(or\s+replace\s+)?(temporary\s+|temp\s+)?function\b[^;]*\bas\s+'[\w.]+'/i.test(query)) {
    const [, name] = /\bfunction\s+(?:if\s+not\s+exists\s+)?([\w.`]+)/i.exec(query) ?? [];
    if (name !== undefined) missing.set(name.split(".").at(-1).toLowerCase(), "needs Java code");
    return "needs Java code";
  }
  if (/\b(try_reflect|reflect|java_method)\s*\(/i.test(query)) return "needs Java code";
  let [reason = null] = OUT_OF_SCOPE.find(([, calls]) => calls.test(query)) ?? [];
  if (MISSING_FILES.test(query)) reason = "needs a file that is not here";
  if (/\b(from_avro|to_avro|schema_of_avro)\s*\(/i.test(query)) reason = "needs Avro class files";
  if (/\b(from_protobuf|to_protobuf)\s*\(/i.test(query)) reason = "needs Protobuf class files";
  if (/\b(using|stored\s+as)\s+(hive|orc_hive|rcfile|sequencefile)\b/i.test(query)) reason = "needs Hive";
  if (reason === null) {
    for (const [name, why] of missing) if (new RegExp(`\\b${name}\\b`, "i").test(query)) reason = why;
  }
  const [, made] =
    /^\s*create\s+(?:or\s+replace\s+)?(?:temporary\s+|temp\s+)?(?:view|table)\s+(?:if\s+not\s+exists\s+)?(\w+)/i.exec(query) ??
    [];
  if (reason !== null && made !== undefined) missing.set(made.toLowerCase(), reason);
  return reason;
}
