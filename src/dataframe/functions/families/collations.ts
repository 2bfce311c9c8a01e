/** collations(): every collation that a string may have. */
import { STRING } from "../../expressions/build";
import { wrongNumArgs } from "../signature";
import type { TableFunction } from "../registry";

const LOCALES = (
  "af am ar ar_SAU as az be bg blo bn bo br bs bs_Cyrl ca ceb chr cs cy da de de_AUT dsb dz ee el en en_USA eo es et fa fa_AFG " +
  "ff ff_Adlm fi fil fo fr fr_CAN fy ga gl gu ha haw he he_ISR hi hr hsb hu hy id id_IDN ig is it ja ka kk kk_Arab kl km kn ko " +
  "kok ku ky lb lij lkt ln lo lt lv mk ml mn mr ms mt my nb nb_NOR ne nl nn no nso om or pa pa_Guru pa_Guru_IND pl ps pt ro ru " +
  "sa se si sk sl smn sq sr sr_Cyrl sr_Cyrl_BIH sr_Cyrl_MNE sr_Cyrl_SRB sr_Latn sr_Latn_BIH sr_Latn_SRB st sv sw ta te th tk " +
  "tn to tr ug uk ur uz vi wae wo xh yi yo zh zh_Hans zh_Hans_CHN zh_Hans_SGP zh_Hant zh_Hant_HKG zh_Hant_MAC zh_Hant_TWN zu"
).split(" ");

const COUNTRIES: Readonly<Record<string, string>> = {
  AFG: "Afghanistan",
  AUT: "Austria",
  BIH: "Bosnia & Herzegovina",
  CAN: "Canada",
  CHN: "China",
  HKG: "Hong Kong SAR China",
  IDN: "Indonesia",
  IND: "India",
  ISR: "Israel",
  MAC: "Macao SAR China",
  MNE: "Montenegro",
  NOR: "Norway",
  SAU: "Saudi Arabia",
  SGP: "Singapore",
  SRB: "Serbia",
  TWN: "Taiwan",
  USA: "United States",
};

/** What may follow the name of a locale. */
const MARKS = ["", "_AI", "_AI_RTRIM", "_CI", "_CI_AI", "_CI_AI_RTRIM", "_CI_RTRIM", "_RTRIM"];

type Row = readonly (string | null)[];

function row(name: string, language: string | null, country: string | null, ignoresCase: boolean, icu: string | null): Row {
  const marks = name.split("_");
  return [
    "SYSTEM",
    "BUILTIN",
    name,
    language,
    country,
    marks.includes("AI") ? "ACCENT_INSENSITIVE" : "ACCENT_SENSITIVE",
    ignoresCase ? "CASE_INSENSITIVE" : "CASE_SENSITIVE",
    marks.includes("RTRIM") ? "RTRIM" : "NO_PAD",
    icu,
  ];
}

function rows(): readonly Row[] {
  const icu = process.versions["icu"] ?? null;
  const languages = new Intl.DisplayNames("en", { type: "language" });
  const bytewise = ["UTF8_BINARY", "UTF8_LCASE", "UTF8_BINARY_RTRIM", "UTF8_LCASE_RTRIM"];
  const named = LOCALES.flatMap((locale) => {
    const [language = "", ...others] = locale.split("_");
    const country = COUNTRIES[others.at(-1) ?? ""] ?? null;
    return MARKS.map((mark) => row(`${locale}${mark}`, languages.of(language) ?? null, country, mark.includes("_CI"), icu));
  });
  return [
    ...bytewise.map((name) => row(name, null, null, name.includes("LCASE"), null)),
    ...MARKS.map((mark) => row(`UNICODE${mark}`, null, null, mark.includes("_CI"), icu)),
    ...named.sort((a, b) => ((a[2] as string) < (b[2] as string) ? -1 : 1)),
  ];
}

const COLUMNS = ["CATALOG", "SCHEMA", "NAME", "LANGUAGE", "COUNTRY", "ACCENT_SENSITIVITY", "CASE_SENSITIVITY", "PAD_ATTRIBUTE", "ICU_VERSION"]; // prettier-ignore
const KNOWN = new Set(["CATALOG", "SCHEMA", "NAME", "ACCENT_SENSITIVITY", "CASE_SENSITIVITY", "PAD_ATTRIBUTE"]);

export const collationTables: readonly TableFunction[] = [
  {
    kind: "tableFunction",
    names: ["collations"],
    doc: {
      group: "generator",
      usage: "The collations of strings, with what each looks at.",
      examples: [["SELECT NAME, CASE_SENSITIVITY FROM collations() WHERE NAME = 'UTF8_LCASE'", "UTF8_LCASE\tCASE_INSENSITIVE"]],
    },
    bind: (args, context) => {
      if (args.length > 0) throw wrongNumArgs("0", args.length, context);
      const fields = COLUMNS.map((name) => ({ name, type: STRING, nullable: !KNOWN.has(name) }));
      return { schema: { kind: "struct", fields }, rows: rows() };
    },
  },
];
