/** How an executor process ends. 52 is Spark's code for memory, 56 for a lost driver. */
export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_MEMORY = 52;
export const EXIT_DRIVER_LOST = 56;
export const EXIT_TERMINATED = 143;
