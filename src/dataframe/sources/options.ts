/** Options of readers and writers: text by name, whatever its case; a session's setting where an option is not given. */
import { type Codec, isOutputCodec, OUTPUT_CODECS, outputCodec } from "../../filesystem/codecs";
import { AnalysisError } from "../errors";
import type { SqlSettings } from "../settings";
import type { SourceOptions } from "./data-source";

export function option(options: SourceOptions, name: string): string | undefined {
  const exact = options[name];
  if (exact !== undefined) return exact;
  const lower = name.toLowerCase();
  for (const key of Object.keys(options)) if (key.toLowerCase() === lower) return options[key];
  return undefined;
}

export function booleanOption(options: SourceOptions, name: string, otherwise: boolean): boolean {
  return asBoolean(name, option(options, name), otherwise);
}

/** The codec that files of text are compressed with, null for none: of the first of the options that is given. */
export function codecOption(options: SourceOptions, ...names: readonly string[]): Codec | null {
  const name = names.map((one) => option(options, one)).find((one) => one !== undefined);
  if (name === undefined || isOutputCodec(name)) return outputCodec(name);
  throw new AnalysisError("CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", {
    codecName: name,
    availableCodecs: OUTPUT_CODECS.join(", "),
  });
}

export function booleanSetting(settings: SqlSettings, key: string, otherwise: boolean): boolean {
  return asBoolean(key, settings.conf[key], otherwise);
}

function asBoolean(name: string, text: string | undefined, otherwise: boolean): boolean {
  if (text === undefined) return otherwise;
  const lower = text.trim().toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  throw invalidOption(name, text, "true or false");
}

export function integerOption(options: SourceOptions, name: string, otherwise: number): number {
  const text = option(options, name);
  if (text === undefined) return otherwise;
  const value = Number(text.trim());
  if (!Number.isSafeInteger(value)) throw invalidOption(name, text, "an integer");
  return value;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** "128MB", "4194304", "64k". */
export function bytesSetting(settings: SqlSettings, key: string, otherwise: number): number {
  const text = settings.conf[key];
  if (text === undefined) return otherwise;
  const match = /^\s*(\d+)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text);
  if (match === null) throw invalidOption(key, text, "a size");
  return Number(match[1]) * UNITS[match[2]!.toLowerCase()]!;
}

export function invalidOption(name: string, value: string, expected: string): AnalysisError {
  return new AnalysisError("INVALID_OPTION_VALUE", { optionName: name, optionValue: value, expected });
}
