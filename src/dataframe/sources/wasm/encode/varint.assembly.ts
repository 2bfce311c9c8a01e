/** An unsigned LEB128 at `to`; where the next byte goes. */
// @ts-ignore: decorator
@inline
export function putVarint(to: usize, value: u32): usize {
  while (value >= 128) {
    store<u8>(to++, (value | 128) as u8);
    value >>= 7;
  }
  store<u8>(to++, value as u8);
  return to;
}
