// Where kernels of values find what they work on. host.ts has the same numbers.

/** The bytes that are hashed: up to MOST_BYTES, and as many again behind them. */
export const INPUT: usize = 0x10000;
/** Results. */
export const OUTPUT: usize = 0x30000;
/** What a kernel needs while it runs. */
export const SCRATCH: usize = 0x31000;
/** 128 bits of powers of five: see nearestDouble. */
export const POWERS: usize = 0x40000;
