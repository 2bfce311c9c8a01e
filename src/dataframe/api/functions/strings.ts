/** Text, regular expressions and URLs. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's ascii. */
export function ascii(col: ColumnOrName): Column {
  return call("ascii", column(col));
}

/** SQL's base64. */
export function base64(col: ColumnOrName): Column {
  return call("base64", column(col));
}

/** SQL's bit_length. */
export function bit_length(col: ColumnOrName): Column {
  return call("bit_length", column(col));
}

/** SQL's btrim. */
export function btrim(text: ColumnOrName, trim?: ColumnOrName): Column {
  return call("btrim", column(text), optional(column, trim));
}

/** SQL's char. */
export function char(col: ColumnOrName): Column {
  return call("char", column(col));
}

/** SQL's char_length. */
export function char_length(text: ColumnOrName): Column {
  return call("char_length", column(text));
}

/** SQL's character_length. */
export function character_length(text: ColumnOrName): Column {
  return call("character_length", column(text));
}

/** SQL's chr. */
export function chr(n: ColumnOrName): Column {
  return call("chr", column(n));
}

/** SQL's collate. */
export function collate(col: ColumnOrName, collation: Column | string): Column {
  return call("collate", column(col), value(collation));
}

/** SQL's collation. */
export function collation(col: ColumnOrName): Column {
  return call("collation", column(col));
}

/** SQL's concat_ws. */
export function concat_ws(sep: Column | string, ...cols: readonly ColumnOrName[]): Column {
  return call("concat_ws", value(sep), ...cols.map(column));
}

/** SQL's contains. */
export function contains(left: ColumnOrName, right: ColumnOrName): Column {
  return call("contains", column(left), column(right));
}

/** SQL's decode. */
export function decode(col: ColumnOrName, charset: Column | string): Column {
  return call("decode", column(col), value(charset));
}

/** SQL's elt. */
export function elt(...inputs: readonly ColumnOrName[]): Column {
  return call("elt", ...inputs.map(column));
}

/** SQL's encode. */
export function encode(col: ColumnOrName, charset: Column | string): Column {
  return call("encode", column(col), value(charset));
}

/** SQL's endswith. */
export function endswith(text: ColumnOrName, suffix: ColumnOrName): Column {
  return call("endswith", column(text), column(suffix));
}

/** SQL's find_in_set. */
export function find_in_set(text: ColumnOrName, strArray: ColumnOrName): Column {
  return call("find_in_set", column(text), column(strArray));
}

/** SQL's format_number. */
export function format_number(col: ColumnOrName, d: Column | number): Column {
  return call("format_number", column(col), value(d));
}

/** SQL's format_string. */
export function format_string(format: Column | string, ...cols: readonly ColumnOrName[]): Column {
  return call("format_string", value(format), ...cols.map(column));
}

/** SQL's initcap. */
export function initcap(col: ColumnOrName): Column {
  return call("initcap", column(col));
}

/** SQL's instr. */
export function instr(text: ColumnOrName, substr: Column | string): Column {
  return call("instr", column(text), value(substr));
}

/** SQL's is_valid_utf8. */
export function is_valid_utf8(text: ColumnOrName): Column {
  return call("is_valid_utf8", column(text));
}

/** SQL's jaro_winkler_similarity. */
export function jaro_winkler_similarity(left: ColumnOrName, right: ColumnOrName): Column {
  return call("jaro_winkler_similarity", column(left), column(right));
}

/** SQL's lcase. */
export function lcase(text: ColumnOrName): Column {
  return call("lcase", column(text));
}

/** SQL's left. */
export function left(text: ColumnOrName, len: ColumnOrName): Column {
  return call("left", column(text), column(len));
}

/** SQL's length. */
export function length(col: ColumnOrName): Column {
  return call("length", column(col));
}

/** SQL's levenshtein. */
export function levenshtein(left: ColumnOrName, right: ColumnOrName, threshold?: Column | number): Column {
  return call("levenshtein", column(left), column(right), optional(value, threshold));
}

/** SQL's locate. */
export function locate(substr: Column | string, text: ColumnOrName, pos?: Column | number): Column {
  return call("locate", value(substr), column(text), optional(value, pos));
}

/** SQL's lower. */
export function lower(col: ColumnOrName): Column {
  return call("lower", column(col));
}

/** SQL's lpad. */
export function lpad(col: ColumnOrName, len: Column | number, pad: Column | string): Column {
  return call("lpad", column(col), value(len), value(pad));
}

/** SQL's make_valid_utf8. */
export function make_valid_utf8(text: ColumnOrName): Column {
  return call("make_valid_utf8", column(text));
}

/** SQL's octet_length. */
export function octet_length(col: ColumnOrName): Column {
  return call("octet_length", column(col));
}

/** SQL's overlay. */
export function overlay(
  src: ColumnOrName,
  replace: ColumnOrName,
  pos: ColumnOrName | number,
  len?: ColumnOrName | number,
): Column {
  return call("overlay", column(src), column(replace), column(pos), optional(column, len));
}

/** SQL's parse_url. */
export function parse_url(url: ColumnOrName, partToExtract: ColumnOrName, key?: ColumnOrName): Column {
  return call("parse_url", column(url), column(partToExtract), optional(column, key));
}

/** SQL's position. */
export function position(substr: ColumnOrName, text: ColumnOrName, start?: ColumnOrName): Column {
  return call("position", column(substr), column(text), optional(column, start));
}

/** SQL's printf. */
export function printf(format: ColumnOrName, ...cols: readonly ColumnOrName[]): Column {
  return call("printf", column(format), ...cols.map(column));
}

/** SQL's quote. */
export function quote(col: ColumnOrName): Column {
  return call("quote", column(col));
}

/** SQL's randstr. */
export function randstr(length: Column | number, seed?: Column | number): Column {
  return call("randstr", value(length), optional(value, seed));
}

/** SQL's regexp_count. */
export function regexp_count(text: ColumnOrName, regexp: ColumnOrName): Column {
  return call("regexp_count", column(text), column(regexp));
}

/** SQL's regexp_extract. */
export function regexp_extract(text: ColumnOrName, pattern: Column | string, idx: Column | number): Column {
  return call("regexp_extract", column(text), value(pattern), value(idx));
}

/** SQL's regexp_extract_all. */
export function regexp_extract_all(text: ColumnOrName, regexp: ColumnOrName, idx?: Column | number): Column {
  return call("regexp_extract_all", column(text), column(regexp), optional(value, idx));
}

/** SQL's regexp_instr. */
export function regexp_instr(text: ColumnOrName, regexp: ColumnOrName, idx?: Column | number): Column {
  return call("regexp_instr", column(text), column(regexp), optional(value, idx));
}

/** SQL's regexp_replace. */
export function regexp_replace(string: ColumnOrName, pattern: Column | string, replacement: Column | string): Column {
  return call("regexp_replace", column(string), value(pattern), value(replacement));
}

/** SQL's regexp_substr. */
export function regexp_substr(text: ColumnOrName, regexp: ColumnOrName): Column {
  return call("regexp_substr", column(text), column(regexp));
}

/** SQL's repeat. */
export function repeat(col: ColumnOrName, n: ColumnOrName | number): Column {
  return call("repeat", column(col), column(n));
}

/** SQL's replace. */
export function replace(src: ColumnOrName, search: ColumnOrName, replace?: ColumnOrName): Column {
  return call("replace", column(src), column(search), optional(column, replace));
}

/** SQL's right. */
export function right(text: ColumnOrName, len: ColumnOrName): Column {
  return call("right", column(text), column(len));
}

/** SQL's rpad. */
export function rpad(col: ColumnOrName, len: Column | number, pad: Column | string): Column {
  return call("rpad", column(col), value(len), value(pad));
}

/** SQL's sentences. */
export function sentences(string: ColumnOrName, language?: ColumnOrName, country?: ColumnOrName): Column {
  return call("sentences", column(string), optional(column, language), optional(column, country));
}

/** SQL's soundex. */
export function soundex(col: ColumnOrName): Column {
  return call("soundex", column(col));
}

/** SQL's split. */
export function split(text: ColumnOrName, pattern: Column | string, limit?: ColumnOrName | number): Column {
  return call("split", column(text), value(pattern), optional(column, limit));
}

/** SQL's split_part. */
export function split_part(src: ColumnOrName, delimiter: ColumnOrName, partNum: ColumnOrName): Column {
  return call("split_part", column(src), column(delimiter), column(partNum));
}

/** SQL's startswith. */
export function startswith(text: ColumnOrName, prefix: ColumnOrName): Column {
  return call("startswith", column(text), column(prefix));
}

/** SQL's substr. */
export function substr(text: ColumnOrName, pos: ColumnOrName, len?: ColumnOrName): Column {
  return call("substr", column(text), column(pos), optional(column, len));
}

/** SQL's substring. */
export function substring(text: ColumnOrName, pos: ColumnOrName | number, len: ColumnOrName | number): Column {
  return call("substring", column(text), column(pos), column(len));
}

/** SQL's substring_index. */
export function substring_index(text: ColumnOrName, delim: Column | string, count: Column | number): Column {
  return call("substring_index", column(text), value(delim), value(count));
}

/** SQL's to_binary. */
export function to_binary(col: ColumnOrName, format?: ColumnOrName): Column {
  return call("to_binary", column(col), optional(column, format));
}

/** SQL's to_char. */
export function to_char(col: ColumnOrName, format: ColumnOrName): Column {
  return call("to_char", column(col), column(format));
}

/** SQL's to_number. */
export function to_number(col: ColumnOrName, format: ColumnOrName): Column {
  return call("to_number", column(col), column(format));
}

/** SQL's to_varchar. */
export function to_varchar(col: ColumnOrName, format: ColumnOrName): Column {
  return call("to_varchar", column(col), column(format));
}

/** SQL's translate. */
export function translate(srcCol: ColumnOrName, matching: Column | string, replace: Column | string): Column {
  return call("translate", column(srcCol), value(matching), value(replace));
}

/** SQL's try_parse_url. */
export function try_parse_url(url: ColumnOrName, partToExtract: ColumnOrName, key?: ColumnOrName): Column {
  return call("try_parse_url", column(url), column(partToExtract), optional(column, key));
}

/** SQL's try_to_binary. */
export function try_to_binary(col: ColumnOrName, format?: ColumnOrName): Column {
  return call("try_to_binary", column(col), optional(column, format));
}

/** SQL's try_to_number. */
export function try_to_number(col: ColumnOrName, format: ColumnOrName): Column {
  return call("try_to_number", column(col), column(format));
}

/** SQL's try_url_decode. */
export function try_url_decode(text: ColumnOrName): Column {
  return call("try_url_decode", column(text));
}

/** SQL's try_validate_utf8. */
export function try_validate_utf8(text: ColumnOrName): Column {
  return call("try_validate_utf8", column(text));
}

/** SQL's ucase. */
export function ucase(text: ColumnOrName): Column {
  return call("ucase", column(text));
}

/** SQL's unbase64. */
export function unbase64(col: ColumnOrName): Column {
  return call("unbase64", column(col));
}

/** SQL's upper. */
export function upper(col: ColumnOrName): Column {
  return call("upper", column(col));
}

/** SQL's url_decode. */
export function url_decode(text: ColumnOrName): Column {
  return call("url_decode", column(text));
}

/** SQL's url_encode. */
export function url_encode(text: ColumnOrName): Column {
  return call("url_encode", column(text));
}

/** SQL's validate_utf8. */
export function validate_utf8(text: ColumnOrName): Column {
  return call("validate_utf8", column(text));
}
