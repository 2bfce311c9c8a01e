/**
 * The airline table: on-time records of flights with 11 features and a label (delayed, about 22 %) that they explain in part: the best AUC
 * is about 0.67. Reproducible: rows depend on the seed alone.
 *
 *   node bench/ml/airline.mjs OUT.csv [ROWS] [SEED]
 */
import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export const ROWS = 563_737;
const HEADER =
  "Month,DayofMonth,DayOfWeek,CRSDepTime,CRSArrTime,UniqueCarrier,CRSElapsedTime,Origin,Dest,Distance,TaxiOut,Delayed";

export async function writeAirline(path, rows = ROWS, seed = 2008) {
  const random = generator(seed);
  const carriers = cumulative(Array.from({ length: 20 }, (_, i) => 1 / (i + 1)));
  // A few airports have most of the flights.
  const airports = cumulative(Array.from({ length: 290 }, (_, i) => (i + 1) ** -1.3));
  const out = createWriteStream(path);
  let text = `${HEADER}\n`;
  for (let row = 0; row < rows; row++) {
    const month = 1 + Math.floor(random() * 12);
    const day = 1 + Math.floor(random() * 28);
    const weekday = 1 + Math.floor(random() * 7);
    const departure = Math.floor(Math.min(1439, Math.max(0, 800 + 280 * normal(random))));
    const distance = Math.floor(gamma(random, 2) * 360) + 50;
    const elapsed = Math.floor(distance / 7.5 + 40 + 8 * normal(random));
    const arrival = (departure + elapsed + 1440) % 1440;
    const carrier = pick(carriers, random());
    const origin = pick(airports, random());
    const destination = pick(airports, random());
    const taxi = Math.floor(gamma(random, 4) * 4);
    const z =
      -2.2 +
      0.0016 * (departure - 480) +
      (month === 6 || month === 7 || month === 12 ? 0.35 : 0) +
      (weekday === 5 ? 0.25 : 0) +
      0.04 * (taxi - 12) +
      0.06 * (((carrier * 7) % 5) - 2) +
      0.03 * (((origin * 13) % 9) - 4) +
      (departure > 1000 && taxi > 20 ? 0.5 : 0) -
      (distance > 1500 && weekday === 6 ? 0.4 : 0) +
      0.6 * normal(random);
    const delayed = random() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    text += `${month},${day},${weekday},${departure},${arrival},${carrier},${elapsed},${origin},${destination},${distance},${taxi},${delayed}\n`;
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, "drain");
      text = "";
    }
  }
  out.end(text);
  await once(out, "finish");
}

/** Numbers in [0, 1): xorshift128. */
function generator(seed) {
  let [a, b, c, d] = [seed ^ 0x9e3779b9, seed * 2654435761, 0x85ebca6b, 0xc2b2ae35].map((x) => x >>> 0);
  const next = () => {
    const t = a ^ (a << 11);
    [a, b, c] = [b, c, d];
    d = (d ^ (d >>> 19) ^ t ^ (t >>> 8)) >>> 0;
    return d;
  };
  for (let i = 0; i < 20; i++) next();
  return () => next() / 2 ** 32;
}

const normal = (random) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Of whole shape: a sum of exponentials. */
function gamma(random, shape) {
  let sum = 0;
  for (let i = 0; i < shape; i++) sum -= Math.log(1 - random());
  return sum;
}

function cumulative(weights) {
  const total = weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight / total));
}

function pick(sums, u) {
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] <= u) low = middle + 1;
    else high = middle;
  }
  return low;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, rows, seed] = process.argv.slice(2);
  await writeAirline(path, rows === undefined ? ROWS : Number(rows), seed === undefined ? 2008 : Number(seed));
}
