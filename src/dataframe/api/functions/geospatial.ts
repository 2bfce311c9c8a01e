/** Geometries. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional } from "./call";

/** SQL's st_asbinary. */
export function st_asbinary(geo: ColumnOrName, endianness?: ColumnOrName): Column {
  return call("st_asbinary", column(geo), optional(column, endianness));
}

/** SQL's st_geogfromwkb. */
export function st_geogfromwkb(wkb: ColumnOrName): Column {
  return call("st_geogfromwkb", column(wkb));
}

/** SQL's st_geomfromwkb. */
export function st_geomfromwkb(wkb: ColumnOrName, srid?: ColumnOrName | number): Column {
  return call("st_geomfromwkb", column(wkb), optional(column, srid));
}

/** SQL's st_setsrid. */
export function st_setsrid(geo: ColumnOrName, srid: ColumnOrName | number): Column {
  return call("st_setsrid", column(geo), column(srid));
}

/** SQL's st_srid. */
export function st_srid(geo: ColumnOrName): Column {
  return call("st_srid", column(geo));
}
