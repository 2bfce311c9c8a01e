export const lateTable = new Map([["late", 0.1]]);

export function lateTax(x: number): number {
  return x * (1 + (lateTable.get("late") as number));
}
