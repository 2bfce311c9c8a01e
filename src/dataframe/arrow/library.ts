/** apache-arrow, loaded where Arrow's own objects come in or go out: most programs never need it. */
export function arrow(): typeof import("apache-arrow") {
  return require("apache-arrow") as typeof import("apache-arrow");
}
