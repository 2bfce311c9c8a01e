/** Powers of five for the kernels that read and write doubles. */

const LEAST = -342;
const GREATEST = 308;
const LOW_WORD = 2n ** 64n - 1n;

let table: BigUint64Array | undefined;

/** 128 bits, the upper 64 first, of 5^-342 to 5^308, each with its highest bit set; made once for a thread. */
export function powersOfFive(): BigUint64Array {
  table ??= newTable();
  return table;
}

function newTable(): BigUint64Array {
  const words = new BigUint64Array(2 * (GREATEST - LEAST + 1));
  const put = (power: number, bits: bigint): void => {
    words[2 * (power - LEAST)] = bits >> 64n;
    words[2 * (power - LEAST) + 1] = bits & LOW_WORD;
  };
  let five = 1n;
  for (let power = 0; power <= -LEAST; power++, five *= 5n) {
    /* Binary digits of the power of five. */
    const length = Math.floor(power * Math.log2(5)) + 1;
    if (power <= GREATEST) put(power, length <= 128 ? five << BigInt(128 - length) : five >> BigInt(length - 128));
    // Cut off, but for those whose inverse has less than 64 bits: these are rounded up, so that exact quotients come out exact.
    if (power > 0) put(-power, (1n << BigInt(length + 127)) / five + (power <= 27 ? 1n : 0n));
  }
  return words;
}
