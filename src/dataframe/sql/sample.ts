/** TABLESAMPLE (n ROWS | n PERCENT | BUCKET x OUT OF y) [REPEATABLE (seed)] */
import type { UnresolvedPlan } from "../syntax/plan";
import type { Cursor } from "./cursor";

export function sampled(p: Cursor, child: UnresolvedPlan): UnresolvedPlan {
  if (!p.is("TABLESAMPLE") || !p.isAt(1, "(")) return child;
  const start = p.token.start;
  p.expect("TABLESAMPLE", "(");
  const method = sampleMethod(p, start);
  p.expect(")");
  let seed: number | undefined;
  if (p.accept("REPEATABLE")) {
    p.expect("(");
    seed = p.integer();
    p.expect(")");
  } else if ("fraction" in method) {
    p.draws = true;
    if (p.options.seeds === true) seed = Math.floor(Math.random() * 1000);
  }
  if ("rows" in method) return { kind: "limit", child, limit: method.rows, at: p.at(start) };
  return {
    kind: "sample",
    child,
    lower: 0,
    upper: method.fraction,
    withReplacement: false,
    ...(seed !== undefined && { seed }),
    at: p.at(start),
  };
}

type Method = { readonly fraction: number } | { readonly rows: ReturnType<Cursor["rules"]["expression"]> };

function sampleMethod(p: Cursor, start: number): Method {
  const negative = p.is("-") ? 1 : 0;
  const number = p.peek(negative);
  if ((number.kind === "integer" || number.kind === "decimal") && p.isAt(negative + 1, "PERCENT")) {
    for (let i = 0; i < negative + 2; i++) p.next();
    const percent = Number(number.text) * (negative === 1 ? -1 : 1);
    return { fraction: checked(p, percent / 100, start) };
  }
  if (p.is("BUCKET") && p.peek(1).kind === "integer") {
    p.next();
    const numerator = p.integer();
    p.expect("OUT", "OF");
    const denominator = p.integer();
    if (p.accept("ON")) {
      p.names();
      const call = p.accept("(");
      if (call) p.expect(")");
      throw p.error(
        "_LEGACY_ERROR_TEMP_0015",
        { msg: call ? "BUCKET x OUT OF y ON function" : "BUCKET x OUT OF y ON colname" },
        start,
      );
    }
    return { fraction: checked(p, numerator / denominator, start) };
  }
  if (p.is(")")) throw p.error("_LEGACY_ERROR_TEMP_0014", {}, start);
  const rowsStart = p.token.start;
  const rows = p.rules.expression(p);
  if (p.accept("ROWS")) return { rows };
  if (!p.is(")")) throw p.unexpected();
  const bytes = p.text.slice(rowsStart, p.previousEnd);
  if (!/^\d+[BKMG]$/i.test(bytes)) throw p.error("_LEGACY_ERROR_TEMP_0016", { bytesStr: bytes }, start);
  throw p.error("_LEGACY_ERROR_TEMP_0015", { msg: "byte length" }, start);
}

function checked(p: Cursor, fraction: number, start: number): number {
  if (fraction >= -1e-6 && fraction <= 1 + 1e-6) return fraction;
  throw p.error("_LEGACY_ERROR_TEMP_0064", { msg: `Sampling fraction (${fraction}) must be on interval [0, 1]` }, start);
}
