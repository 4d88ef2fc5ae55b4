/** Lower-case hex without the optional `0x`; `undefined` unless it is exactly `bytes` bytes. */
export function normalizeHex(input: string, bytes: number): string | undefined {
  const digits = input.startsWith('0x') ? input.slice(2) : input
  return digits.length === bytes * 2 && /^[0-9a-fA-F]+$/.test(digits) ? digits.toLowerCase() : undefined
}
