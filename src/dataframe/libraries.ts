/**
 * Libraries above this layer make functions, types and programs known when they are loaded. Where one is not known, those that were not
 * loaded yet are.
 */
let provided: (() => void) | null = null;

/** `load` is called at most once. Those that are loaded anyway need not be provided. */
export function provideLibraries(load: () => void): void {
  provided = load;
}

/** Whether there was something to load. */
export function loadLibraries(): boolean {
  const load = provided;
  provided = null;
  load?.();
  return load !== null;
}
