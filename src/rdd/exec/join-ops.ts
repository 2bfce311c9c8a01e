/** Steps that turn what a cogroup delivers into joined or subtracted records. */
import type { Op } from "../pipeline/op";
import { elements, pairTerm } from "../pipeline/op";
import type { JoinKind } from "../stage-spec";

/** From [key, [lefts, rights]] to [key, [left, right]] of every combination; undefined stands for a side that has none. */
export function joinOp(kind: JoinKind): Op {
  const keepsLeft = kind === "left" || kind === "full";
  const keepsRight = kind === "right" || kind === "full";
  return {
    kind: "plain",
    emit: (builder, input, rest) => {
      const none = builder.bind([undefined], "none");
      const { setup, key, value } = elements(builder, input);
      const [lefts, rights, i, j, left, both] = ["lefts", "rights", "i", "j", "left", "both"].map((hint) => builder.local(hint)) as [string, string, string, string, string, string];
      const or = (side: string, keeps: boolean): string => (keeps ? `${side}.length === 0 ? ${none} : ${side}` : side);
      return `${setup}
const ${lefts} = ${or(`${value}[0]`, keepsRight)}, ${rights} = ${or(`${value}[1]`, keepsLeft)};
for (let ${i} = 0; ${i} < ${lefts}.length; ${i}++) {
const ${left} = ${lefts}[${i}];
for (let ${j} = 0; ${j} < ${rights}.length; ${j}++) {
const ${both} = [${left}, ${rights}[${j}]];
${rest(pairTerm(key, both))}
}
}`;
    },
  };
}

/** From [key, [lefts, rights]] to [key, left] of the keys that have no right. */
export const subtractOp: Op = {
  kind: "plain",
  emit: (builder, input, rest) => {
    const { setup, key, value } = elements(builder, input);
    const left = builder.local("left");
    return `${setup}\nif (${value}[1].length === 0) for (const ${left} of ${value}[0]) {\n${rest(pairTerm(key, left))}\n}`;
  },
};
