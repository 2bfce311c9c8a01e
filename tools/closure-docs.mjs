/**
 * Writes docs/closures.md from the catalogue of captures (test/closure/catalogue.ts), whose cases the tests run. With
 * `--check` it only compares, and ends with 1 where the page is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const root = join(import.meta.dirname, "..");
const page = join(root, "docs/closures.md");
const catalogue = parse(join(root, "test/closure/catalogue.ts"));
const text = render(readPrelude(catalogue), readCatalogue(catalogue));

if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== text) {
    console.error("docs/closures.md is out of date: run node tools/closure-docs.mjs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(page, text);
}

function parse(file) {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
}

/** What the cases use of the catalogue's own top level: the declarations before the exported ones are types, after them helpers. */
function readPrelude(source) {
  const isExported = (node) =>
    ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return source.statements
    .filter(
      (node) =>
        (ts.isClassDeclaration(node) ||
          ts.isFunctionDeclaration(node) ||
          ts.isVariableStatement(node) ||
          ts.isEnumDeclaration(node)) &&
        !isExported(node),
    )
    .filter((node) => node.name?.text !== "frozenEarly")
    .map((node) => node.getText());
}

/** The sections with the source text of their cases. */
function readCatalogue(source) {
  let sections;
  const visit = (node) => {
    if (ts.isVariableDeclaration(node) && node.name.getText() === "catalogue") sections = node.initializer;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return sections.elements.map((section) => {
    const { title, cases } = fieldsOf(section);
    return { title: title.text, cases: cases.elements.map(readCase) };
  });
}

function readCase(node) {
  const { title, note, make, args, expected, refused } = fieldsOf(node);
  return {
    title: title.text,
    note: note?.text,
    code: codeOf(make),
    call: args ? args.elements.map((argument) => argument.getText()).join(", ") : "",
    expected: expected?.getText(),
    refused: refused?.elements.map((part) => part.text),
  };
}

function fieldsOf(object) {
  return Object.fromEntries(object.properties.map((property) => [property.name.text, property.initializer]));
}

/** The body of `make`, moved to the left margin; what it returns is the function that travels. */
function codeOf(make) {
  const { body } = make;
  if (!ts.isBlock(body)) return `return ${dedent(body)};`;
  return body.statements.map((statement) => dedent(statement)).join("\n");
}

function dedent(node) {
  const full = node.getSourceFile().text;
  const start = node.getStart();
  const margin = full.slice(full.lastIndexOf("\n", start) + 1, start).match(/^\s*/)[0].length;
  return full
    .slice(start, node.getEnd())
    .split("\n")
    .map((line, index) => (index === 0 ? line : line.slice(Math.min(margin, line.match(/^\s*/)[0].length))))
    .filter((line) => !line.includes("eslint-disable"))
    .join("\n")
    .replaceAll("frozenEarly(", "rdd.map(");
}

function render(prelude, sections) {
  const lines = [
    "<!-- Generated from test/closure/catalogue.ts by tools/closure-docs.mjs; every case is run by the tests. -->",
    "",
    "# What functions may capture",
    "",
    "A function given to firesteel travels to the executors with everything it uses: variables, other functions, classes,",
    "modules. It is captured when the transformation is called, and later changes are not seen. What cannot travel is refused",
    "at that moment, in the driver, with the path to it.",
    "",
    "- The program's main file is never loaded by executors. Its functions travel as source text with the values they use.",
    "- Other modules of yours, imported or required, are loaded by each executor thread once. Their top-level code runs there,",
    "  and their state is the thread's own.",
    "- Packages are loaded by the executor's own Node, in the version that the driver has.",
    "- Builtins (`Math.max`, `node:path`) go by name, and `firesteel` is the running engine itself.",
    "- Each task gets its own copy of what was captured, unless nothing in it can change.",
    "- A class exists once per executor thread, and instances that come back in results are instances of your own class.",
    "",
    "In the examples `return` gives the function that travels. They use these declarations, and modules with the names they say:",
    "",
    "```ts",
    ...prelude.join("\n\n").split("\n"),
    "```",
  ];
  for (const { title, cases } of sections) {
    lines.push("", `## ${title}`);
    for (const one of cases) {
      lines.push("", `### ${one.title[0].toUpperCase()}${one.title.slice(1)}`, "", "```ts", ...one.code.split("\n"));
      if (one.expected !== undefined) lines.push(`// f(${one.call}) gives ${one.expected.replace(/\s*\n\s*/g, " ")}`);
      lines.push("```");
      if (one.refused) lines.push("", `Refused. The message says: ${one.refused.map((part) => `“${part}”`).join(", ")}.`);
      if (one.note) lines.push("", one.note);
    }
  }
  return `${lines.join("\n")}\n`;
}
