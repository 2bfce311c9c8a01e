/** The tables of TPC-H as tpchgen-cli writes them, made at the first use. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { venv } from "../peers.mjs";

/** The folder of `customer.parquet` … `supplier.parquet` at this scale. */
export function tables(sf) {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "../data", `tpch-sf${sf}`);
  if (existsSync(join(folder, "supplier.parquet"))) return folder;
  mkdirSync(folder, { recursive: true });
  const tool = join(venv("tpchgen", ["tpchgen-cli"]), "bin/tpchgen-cli");
  execFileSync(tool, ["parquet", "--scale-factor", String(sf), "--output-dir", folder], { stdio: "inherit" });
  return folder;
}
