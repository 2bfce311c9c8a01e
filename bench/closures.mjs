/** What it costs to send a usual closure: the median time of a `map` call that captures a function, an object and an array. node bench/closures.mjs */
import { SparkContext } from "../dist/index.mjs";

const sc = new SparkContext("local[1]", "closures");
const numbers = sc.range(0, 10, 1, 1);
const config = { rate: 2, list: [1, 2, 3] };
const scale = (x) => x * config.rate;
const times = Array.from({ length: 200 }, () => {
  const start = performance.now();
  numbers.map((x) => scale(x) + config.list.length);
  return performance.now() - start;
}).sort((a, b) => a - b);
console.log(`a closure of two functions: ${times[100].toFixed(3)} ms (median), ${times[0].toFixed(3)} ms (best)`);
await sc.stop();
