/** Variables in SQL text: `${key}` and `${spark:key}` are settings, `${env:NAME}` is of the environment and stays where it has no value; a setting that is not there is nothing. */
const REFERENCE = /\$\{(?:(\w+):)?([^\s{}]+)\}/g;
const DEPTH = 40;

/** @param setting the value of a key of the session, if it has one. */
export function substituteVariables(text: string, setting: (key: string) => string | undefined): string {
  if (!text.includes("${")) return text;
  const valueOf = (prefix: string | undefined, name: string): string | undefined => {
    switch (prefix) {
      case undefined:
      case "spark":
      case "sparkconf":
      case "hivevar":
      case "hiveconf":
        return setting(name) ?? "";
      case "env":
        return process.env[name];
      default:
        return undefined;
    }
  };
  let current = text;
  for (let i = 0; i < DEPTH; i++) {
    const next = current.replace(REFERENCE, (all, prefix: string | undefined, name: string) => valueOf(prefix, name) ?? all);
    if (next === current) break;
    current = next;
  }
  return current;
}
