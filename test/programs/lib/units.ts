const units = { metre: 1, centimetre: 0.01 };
// eslint-disable-next-line no-restricted-syntax -- default imports are what this module is for
export default units;
export function perMetre(unit: number): number {
  return Math.round(1 / unit);
}
