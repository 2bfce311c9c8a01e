/** URLs: their parts, and escapes. */
import { QueryError } from "../../errors";
import { STRING } from "../../expressions/build";
import { document, plain } from "../documented";
import type { FunctionEntry } from "../registry";
import { scalar } from "../signature";
import { javaPattern } from "../text/java-regex";
import { parseUri } from "../text/java-uri";
import type { Uri } from "../text/java-uri";

const doc = document("url");

/** Parts are named in capitals; other names give null. */
function partOf(uri: Uri, part: string): string | null {
  switch (part) {
    case "HOST":
      return uri.host;
    case "PATH":
      return uri.path;
    case "QUERY":
      return uri.query;
    case "REF":
      return uri.fragment;
    case "PROTOCOL":
      return uri.scheme;
    case "FILE":
      return uri.query === null ? uri.path : `${uri.path ?? ""}?${uri.query}`;
    case "AUTHORITY":
      return uri.authority;
    case "USERINFO":
      return uri.userInfo;
    default:
      return null;
  }
}

function queryValue(query: string, key: string): string | null {
  const pattern = javaPattern(`(&|^)${key}=([^&]*)`, "parse_url");
  pattern.regex.lastIndex = 0;
  return pattern.regex.exec(query)?.[pattern.groups[2] as number] ?? null;
}

function parseUrl(name: string, tolerant: boolean): FunctionEntry {
  return scalar({
    names: [name],
    uncast: true,
    doc: doc(
      `A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY, USERINFO, or a key of its query${tolerant ? "; null where it is no URL" : ""}.`,
      [`${name}('http://spark.apache.org/path?query=1', 'HOST')`, "spark.apache.org"],
      [`${name}('http://spark.apache.org/path?query=1', 'QUERY', 'query')`, "1"],
    ),
    parameters: ["url", "partToExtract", "key"],
    inputs: ["string", "string", "string"],
    optional: 1,
    result: STRING,
    nullable: true,
    options: (_, context) => ({ ansi: context.settings.ansi }),
    evaluate: (call) => (url, part, key) => {
      const uri = parseUri(url as string);
      if (uri === null) {
        if (tolerant || call.options?.["ansi"] !== true) return null;
        throw new QueryError("INVALID_URL", { url: url as string }, call.at);
      }
      if (key === undefined) return partOf(uri, part as string);
      return part === "QUERY" && uri.query !== null ? queryValue(uri.query, key as string) : null;
    },
  });
}

function decode(text: string): string | null {
  try {
    if (!text.includes("%")) return text.replaceAll("+", " ");
    return decodeURIComponent(text.includes("+") ? text.replaceAll("+", " ") : text);
  } catch {
    return lenient(text.replaceAll("+", " "));
  }
}

/** Escapes that are no UTF-8 become U+FFFD; escapes that are none cannot be read. */
function lenient(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => Buffer.from(escapes.replaceAll("%", ""), "hex").toString("utf8"));
}

/** What ASCII characters become. */
const ESCAPES = Array.from({ length: 128 }, (_, i) => escaped(String.fromCharCode(i)));

function encode(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 127) return escaped(text);
    out += ESCAPES[unit]!;
  }
  return out;
}

function escaped(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
    .replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

export const urlFunctions: readonly FunctionEntry[] = [
  parseUrl("parse_url", false),
  parseUrl("try_parse_url", true),
  scalar({
    names: ["url_encode"],
    doc: doc("The text as it stands in the query of a URL.", [
      "url_encode('https://spark.apache.org')",
      "https%3A%2F%2Fspark.apache.org",
    ]),
    inputs: ["string"],
    result: STRING,
    nullable: true,
    evaluate: plain(encode),
  }),
  scalar({
    names: ["url_decode"],
    doc: doc("The text that stands in the query of a URL.", [
      "url_decode('https%3A%2F%2Fspark.apache.org')",
      "https://spark.apache.org",
    ]),
    inputs: ["string"],
    result: STRING,
    nullable: true,
    evaluate: (call) => (text) => {
      const decoded = decode(text as string);
      if (decoded !== null) return decoded;
      throw new QueryError("CANNOT_DECODE_URL", { url: text as string }, call.at);
    },
  }),
  scalar({
    names: ["try_url_decode"],
    doc: doc("The text that stands in the query of a URL; null where it cannot be read.", ["try_url_decode('%')", "NULL"]),
    inputs: ["string"],
    result: STRING,
    nullable: true,
    evaluate: plain(decode),
  }),
];
