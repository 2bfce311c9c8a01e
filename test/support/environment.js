/**
 * Jest's environment for Node, in which a module is compiled once for all suites of a worker and not once for each: V8 keeps what it made
 * of a script's text, functions with it, but nothing of `vm.compileFunction`, by which Jest compiles modules. A suite that imports the
 * engine, about a thousand modules, loads in half the time. What looks at modules as Node itself compiles them says
 * `@jest-environment node` at its top.
 */
const vm = require("node:vm");
const { TestEnvironment } = require("jest-environment-node");

const { compileFunction } = vm;
// With a callback of its own for `import()` a script's text would never be found again; modules under Jest have none.
const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
let isInUse = false;

vm.compileFunction = (text, parameters, options) => {
  const { parsingContext, filename } = options ?? {};
  if (!isInUse || parsingContext === undefined) return compileFunction(text, parameters, options);
  const head = `(function (${parameters.join(",")}) {`;
  const script = new vm.Script(`${head}${text}\n})`, { filename, columnOffset: -head.length, importModuleDynamically });
  return script.runInContext(parsingContext);
};

module.exports = class extends TestEnvironment {
  async setup() {
    await super.setup();
    isInUse = true;
  }

  async teardown() {
    isInUse = false;
    await super.teardown();
  }
};
