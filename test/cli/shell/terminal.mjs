/**
 * `npm run test:terminal`: the shell in a real terminal, which tmux provides. Types, presses keys, and looks at the screen. Apart
 * from Jest, as it needs tmux and takes a minute.
 *
 *   node test/cli/shell/terminal.mjs [part of a case's name]
 */
import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = join(dirname(fileURLToPath(import.meta.url)), "../../../dist/cli.js");
if (spawnSync("tmux", ["-V"]).status !== 0) {
  console.error("test:terminal needs tmux, which is not installed (Debian: apt-get install tmux). Nothing was tested.");
  process.exit(1);
}

const PATIENCE_MS = 180_000;
const PROMPT = "firesteel> ";
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A terminal of 160 columns and 60 lines with a shell in it. */
class Terminal {
  folder = mkdtempSync(join(tmpdir(), "firesteel-terminal-"));
  socket = `firesteel-${process.pid}-${Math.random().toString(36).slice(2)}`;

  start(...args) {
    return this.open(`${this.command(...args)}; echo "status $?"; sleep 600`);
  }

  /** What starts a shell, for `open`. */
  command(...args) {
    return this.firesteel("shell", ...args);
  }

  firesteel(...args) {
    mkdirSync(join(this.folder, "tmp"), { recursive: true });
    const words = ["env", `HOME=${this.folder}`, "XDG_STATE_HOME=", `TMPDIR=${join(this.folder, "tmp")}`, process.execPath, cli, ...args]; // prettier-ignore
    return words.map((word) => `'${word}'`).join(" ");
  }

  open(command) {
    this.tmux("new-session", "-d", "-x", "160", "-y", "60", "-c", this.folder, command);
    return this;
  }

  write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  tmux(...args) {
    return execFileSync("tmux", ["-L", this.socket, "-f", "/dev/null", ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  type(text) {
    // tmux takes a semicolon at the end for its own.
    for (const part of text.split(/(?<=;)/)) this.tmux("send-keys", "-l", part.endsWith(";") ? `${part.slice(0, -1)}\\;` : part);
  }

  key(...names) {
    this.tmux("send-keys", ...names);
  }

  /** Lines of the screen, without empty ones at its end. */
  get screen() {
    return this.tmux("capture-pane", "-p").trimEnd();
  }

  /** Waits until the end of the screen is as `pattern` says. */
  async sees(pattern) {
    const begin = Date.now();
    for (;;) {
      const { screen } = this;
      if (pattern.test(screen)) return;
      if (Date.now() - begin > PATIENCE_MS) throw new Error(`${pattern} is not to be seen:\n${screen}`);
      await pause(25);
    }
  }

  /** Clears the screen, enters a line, waits for its prompt, and returns what is between. */
  async enter(line) {
    await this.ready();
    this.key("C-l");
    await this.sees(/^firesteel>$/);
    this.type(line);
    // Not the prompt of before: a busy machine takes its time to show what is typed.
    await this.sees(/^firesteel> ./);
    this.key("Enter");
    await this.ready();
    return this.screen.split("\n").slice(1, -1).join("\n");
  }

  /** Waits for a prompt with nothing behind it. */
  ready() {
    return this.sees(/(?:^|\n)firesteel>$/);
  }

  async end() {
    spawnSync("tmux", ["-L", this.socket, "kill-server"]);
    // The shell that has lost its terminal still writes while it ends.
    for (let attempt = 1; ; attempt++) {
      try {
        rmSync(this.folder, { recursive: true, force: true });
        return;
      } catch (error) {
        if (attempt === 50) throw error;
        await pause(200);
      }
    }
  }
}

function equal(actual, expected) {
  if (actual !== expected) throw new Error(`not\n${expected}\nbut\n${actual}`);
}

function matches(actual, pattern) {
  if (!pattern.test(actual)) throw new Error(`not ${pattern}:\n${actual}`);
}

const MASTERS = ["local[2]", "local-cluster[2,1,512]"];
/** A function whose tasks take a minute, and one that gives itself up. */
const SLOW = "const slow = (x) => { for (const end = Date.now() + 60000; Date.now() < end;); return x }";

const cases = {
  async "banner, values, several lines, leaving"(terminal) {
    terminal.start("--master", "local[1]");
    await terminal.ready();
    matches(
      terminal.screen,
      /^firesteel \d+\.\d+\.\d+, the TypeScript shell.*\nmaster local\[1\], application local-\S+\nspark, sc and F .*\nDashboard: http:\/\/127\.0\.0\.1:\d+\n/,
    );
    equal(await terminal.enter("1 + 1"), "2");
    equal(await terminal.enter("const unused: number = 1"), "");
    equal(await terminal.enter("spark.range(2)"), "+---+\n| id|\n+---+\n|  0|\n|  1|\n+---+");
    terminal.key("C-l");
    for (const line of ["function f(x) {", "return x + 1", "}", "f(1)"]) {
      terminal.type(line);
      terminal.key("Enter");
      await pause(150);
    }
    await terminal.sees(/\n {7}\.\.\. return x \+ 1\n {7}\.\.\. \}\nfiresteel> f\(1\)\n2\nfiresteel>$/);
    matches(await terminal.enter("spark.range(3)\n".trim()), /\| {2}2\|/);
    equal(await terminal.enter(".count()"), "3");
    matches(await terminal.enter(".help"), /\.load FILE/);
    terminal.key("C-d");
    await terminal.sees(/status 0$/);
    matches(readFileSync(join(terminal.folder, ".firesteel_history"), "utf8"), /^1 \+ 1$/m);
  },

  async "history of an earlier shell"(terminal) {
    terminal.write(".firesteel_history", "6 * 7\n");
    terminal.start("--master", "local[1]");
    await terminal.ready();
    terminal.key("Up", "Enter");
    await terminal.sees(/6 \* 7\n42\nfiresteel>$/);
    terminal.type(".exit");
    terminal.key("Enter");
    await terminal.sees(/status 0$/);
  },

  async "Ctrl-R looks in the history"(terminal) {
    terminal.write(".firesteel_history", "6 * 7\n6 * 8\n");
    terminal.start("--master", "local[1]");
    await terminal.ready();
    terminal.key("C-l");
    terminal.type("half");
    terminal.key("C-r");
    terminal.type("6 *");
    await terminal.sees(/^\(reverse-i-search\)`6 \*': 6 \* 8$/);
    terminal.key("C-r");
    await terminal.sees(/^\(reverse-i-search\)`6 \*': 6 \* 7$/);
    terminal.key("C-g");
    await terminal.sees(/^firesteel> half$/);
    terminal.key("C-r", "C-r", "C-r", "Enter");
    await terminal.sees(/6 \* 7\n42\nfiresteel>$/);
  },

  async "completion of members and columns"(terminal) {
    terminal.start("--master", "local[1]");
    await terminal.enter('const people = spark.createDataFrame([{ name: "a", age: 3 }])');
    for (const [begun, whole] of [
      ["people.gro", "people.group"],
      ['people.select("na', 'people.select("name'],
      ['people.withColumn("zip", F.lit(1)).filter(F.col("z', 'people.withColumn("zip", F.lit(1)).filter(F.col("zip'],
      ["peo", "people"],
    ]) {
      terminal.key("C-l");
      terminal.type(begun);
      terminal.key("Tab");
      await terminal.sees(new RegExp(`^firesteel> ${whole.replace(/[()."]/g, "\\$&")}$`));
      terminal.key("C-u");
    }
  },

  async "what is pasted, and .paste"(terminal) {
    terminal.start("--master", "local[1]");
    await terminal.ready();
    terminal.key("C-l");
    terminal.tmux("set-buffer", 'spark.range(6)\n\t.filter("id > 1")\n  .count()');
    terminal.tmux("paste-buffer", "-p");
    await pause(300);
    terminal.key("Enter");
    await terminal.sees(/\n4\nfiresteel>$/);
    terminal.key("C-l");
    for (const line of [".paste", "const a = 2", "a", "  .toFixed(1)"]) {
      terminal.type(line);
      terminal.key("Enter");
    }
    await pause(200);
    terminal.key("C-d");
    await terminal.sees(/\n'2\.0'\nfiresteel>$/);
    equal(await terminal.enter("a"), "2");
  },

  async ".load, .error, .type"(terminal) {
    terminal.write("values.ts", "export const loaded: number = 5;\nloaded + 1;\n");
    terminal.start("--master", "local[1]");
    equal(await terminal.enter(".load values.ts"), "6");
    equal(await terminal.enter("loaded"), "5");
    matches(
      await terminal.enter("missing + 1"),
      /^ReferenceError: missing is not defined\n {2}prompt-\d+:1 {2}missing \+ 1\n +\^$/,
    );
    matches(await terminal.enter(".error"), /^ReferenceError: missing is not defined\n +at .*prompt-\d+:1:1/);
    // The folder's own, or one that lies above it on this machine.
    const found = createRequire(join(terminal.folder, "here.js"));
    let installed = true;
    try {
      found.resolve("typescript");
    } catch {
      installed = false;
    }
    matches(await terminal.enter(".type loaded"), installed ? /^number$/ : /needs TypeScript: npm install typescript/);
  },

  async "progress bars; Ctrl-C clears a line"(terminal) {
    terminal.start("--master", "local[2]");
    await terminal.ready();
    terminal.type("sc.range(0, 8, 1, 8).map((x) => { for (const end = Date.now() + 500; Date.now() < end;); return x }).count()");
    terminal.key("Enter");
    await terminal.sees(/Stage 0 \[█*░+\] \d\/8, 2 running {2}count at prompt-1:1:\d+$/);
    await terminal.sees(/\n8\nfiresteel>$/);
    matches(terminal.screen, /^(?!.*Stage)/s);
    terminal.type("const x = {");
    terminal.key("Enter");
    await terminal.sees(/ {7}\.\.\.$/);
    terminal.key("C-c");
    await terminal.ready();
    terminal.type("nonsense");
    terminal.key("C-c");
    await terminal.ready();
    equal(await terminal.enter("1"), "1");
  },

  async "Ctrl-C on what waits, and on loops"(terminal) {
    terminal.start("--master", "local[1]");
    for (const line of [
      "await new Promise(() => {})",
      "new Promise(() => {})",
      "while (true) {}",
      "await null; for (;;) {}",
      "for (;;) await new Promise((resolve) => setTimeout(resolve, 10))",
    ]) {
      await terminal.ready();
      terminal.key("C-l");
      terminal.type(line);
      terminal.key("Enter");
      await pause(400);
      terminal.key("C-c");
      await terminal.sees(/Cancelled\.\nfiresteel>$/);
      equal(await terminal.enter("1 + 1"), "2");
    }
  },

  async "a terminal that is closed ends the shell in order"(terminal) {
    terminal.open(`trap "" HUP; ${terminal.command("--master", "local[1]")} 2> said; echo "status $?" > ended`);
    await terminal.ready();
    spawnSync("tmux", ["-L", terminal.socket, "kill-server"]);
    const read = (name) => (existsSync(join(terminal.folder, name)) ? readFileSync(join(terminal.folder, name), "utf8") : "");
    for (const begin = Date.now(); read("ended") === "" && Date.now() - begin < PATIENCE_MS;) await pause(25);
    equal(read("ended"), "status 129\n");
    matches(read("said"), /firesteel: stopped \(SIGHUP\)\n$/);
  },

  async "SQL: completion, history, errors, Ctrl-C"(terminal) {
    terminal.open(`${terminal.firesteel("sql", "--master", "local[2]")}; echo "status $?"; sleep 600`);
    const ready = () => terminal.sees(/(?:^|\n)sql>$/);
    const enter = async (...lines) => {
      await ready();
      terminal.key("C-l");
      await terminal.sees(/^sql>$/);
      for (const line of lines) {
        terminal.type(line);
        await terminal.sees(new RegExp(`${line.slice(-8).replace(/[()*;']/g, "\\$&")}$`));
        terminal.key("Enter");
      }
    };
    await enter("create temp view people as select id, concat('n', id) as fullname from range(4);");
    await terminal.sees(/\nTime taken: .*\nsql>$/);
    terminal.key("C-l");
    for (const [begun, whole] of [
      ["select fulln", "select fullname"],
      [" from peo", "select fullname from people"],
      [" order by upp", "select fullname from people order by upper"],
    ]) {
      terminal.type(begun);
      terminal.key("Tab");
      await terminal.sees(new RegExp(`^sql> ${whole}$`));
    }
    terminal.key("C-c");
    await enter("select fullname -- the first", "from people where id = 2;");
    await terminal.sees(/\n\|n2 {6}\|\n\+-+\+\nTime taken: .*\nsql>$/);
    terminal.key("Up");
    await terminal.sees(/\nsql> select fullname from people where id = 2;$/);
    terminal.key("C-c");
    await enter("select id, wrong from people;");
    await terminal.sees(/UNRESOLVED_COLUMN.*\n {2}line 1, column 12:\n {4}wrong\n {4}\^{5}\nsql>$/);
    for (const endless of [
      "select sum(id * 2) from range(1000000000000);",
      "begin declare i int default 0; while true do set i = i + 1; end while; end;",
    ]) {
      await enter(endless);
      await pause(500);
      terminal.key("C-c");
      await terminal.sees(/Cancelled.*\nsql>$/);
    }
    terminal.key("C-r");
    terminal.type("temp");
    await terminal.sees(/\(reverse-i-search\)`temp': create temp view .*$/);
    terminal.key("C-g");
    terminal.type("exit");
    terminal.key("Enter");
    await terminal.sees(/status 0$/);
    matches(
      readFileSync(join(terminal.folder, ".firesteel_sql_history"), "utf8"),
      /^create temp view .*;\nselect fullname from people where id = 2;\nselect id, wrong/,
    );
  },

  async "SQL: a terminal that is closed ends a script that waits for nothing"(terminal) {
    terminal.open(`exec ${terminal.firesteel("sql", "--master", "local[1]")} 2> said`);
    await terminal.sees(/sql>$/);
    terminal.type("begin while true do end while; end;");
    terminal.key("Enter");
    await pause(500);
    spawnSync("tmux", ["-L", terminal.socket, "kill-server"]);
    const said = () => readFileSync(join(terminal.folder, "said"), "utf8");
    for (const begin = Date.now(); said() === "" && Date.now() - begin < PATIENCE_MS;) await pause(25);
    equal(said(), "firesteel: stopped (SIGHUP)\n");
  },

  async "errors outside of any line leave the shell alone"(terminal) {
    terminal.start("--master", "local[1]");
    await terminal.enter('void setTimeout(() => { throw new Error("late") }, 50)');
    await terminal.sees(/Outside of any line: Error: late\n[^]*\nfiresteel>$/);
    equal(await terminal.enter("1"), "1");
  },
};

for (const master of MASTERS) {
  cases[`what is declared runs in tasks and may be declared again: ${master}`] = async (terminal) => {
    terminal.write("rel.ts", "export const factor = 7;\nexport function times(x: number): number { return x * factor }\n");
    terminal.start("--master", master);
    await terminal.enter('import { times } from "./rel"');
    await terminal.enter("function f(x: number) { return g(x) }");
    await terminal.enter("function g(x: number) { return times(x) }");
    equal(await terminal.enter("sc.range(0, 3).map(f).collect()"), "[ 0, 7, 14 ]");
    await terminal.enter("const g = (x) => -x - 1");
    equal(await terminal.enter("sc.range(0, 3).map(f).collect()"), "[ -1, -2, -3 ]");
    await terminal.enter("class A { constructor(readonly n: number) {} v() { return this.n } }");
    equal(
      await terminal.enter("(await sc.range(1, 3).map((n) => new A(n)).collect()).map((a) => [a instanceof A, a.v()].join())"),
      "[ 'true,1', 'true,2' ]",
    );
    await terminal.enter("class A { v() { return 9 } }");
    equal(await terminal.enter("sc.range(1, 3).map(() => new A().v()).collect()"), "[ 9, 9 ]");
    matches(
      await terminal.enter('sc.range(0, 2).map((x) => { throw new RangeError("no") }).count()'),
      /^TaskError: \[TASK_FAILED\][^]*RangeError: no\n {2}prompt-\d+:1 [^]*\^\n\(\.error shows all of it\)$/,
    );
  };

  cases[`Ctrl-C cancels a job of a minute, and the next one works: ${master}`] = async (terminal) => {
    terminal.start("--master", master);
    await terminal.enter(SLOW);
    terminal.type("await sc.range(0, 4, 1, 4).map(slow).count()");
    terminal.key("Enter");
    await terminal.sees(/Stage 0 .* 0\/4, 2 running/);
    terminal.key("C-c");
    await terminal.sees(/Cancelled, with 1 job that ran\.\nfiresteel>$/);
    equal(await terminal.enter("sc.range(0, 4).sum()"), "6");
    terminal.key("C-l");
    terminal.type('spark.sql("select sum(id * 2) from range(1000000000000)")');
    terminal.key("Enter");
    await terminal.sees(/Stage \d+ .* show at prompt-\d+:/);
    terminal.key("C-c");
    await terminal.sees(/Cancelled, with 1 job that ran\.\nfiresteel>$/);
    terminal.key("C-l");
    terminal.type("(async () => { for (;;) await sc.range(0, 2).count() })()");
    terminal.key("Enter");
    await pause(700);
    terminal.key("C-c");
    await terminal.sees(/Cancelled.*\nfiresteel>$/);
    equal(await terminal.enter("sc.statusTracker.getActiveJobIds().length"), "0");
    equal(await terminal.enter("spark.range(5).count()"), "5");
    terminal.key("C-d");
    await terminal.sees(/status 0$/);
  };
}

let failed = 0;
for (const [name, run] of Object.entries(cases)) {
  if (!name.includes(process.argv[2] ?? "")) continue;
  const terminal = new Terminal();
  const begin = Date.now();
  try {
    await run(terminal);
    console.log(`ok    ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n${error.message}\n`);
  } finally {
    await terminal.end();
  }
}
process.exit(failed === 0 ? 0 : 1);
