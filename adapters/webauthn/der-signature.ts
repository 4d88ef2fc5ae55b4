const SEQUENCE = 0x30
const INTEGER = 0x02
/** 32 bytes and the zero that keeps a number with its top bit set positive. */
const MAX_INTEGER_BYTES = 33

/**
 * Whether these bytes are the one DER encoding (X.690 §10) of an `Ecdsa-Sig-Value` (RFC 3279 §2.2.3) over a curve of
 * 256 bits. SimpleWebAuthn's parser takes BER, and ignores what follows: one signature would have many spellings.
 */
export function isDerSignature(bytes: Uint8Array): boolean {
  if (bytes[0] !== SEQUENCE || bytes[1] !== bytes.length - 2) return false
  const s = endOfInteger(bytes, 2)
  return s !== undefined && endOfInteger(bytes, s) === bytes.length
}

/** @returns the offset behind the positive INTEGER that begins at `start`, `undefined` if none does */
function endOfInteger(bytes: Uint8Array, start: number): number | undefined {
  const [tag, length = 0, first = 0, second = 0] = bytes.subarray(start, start + 4)
  if (tag !== INTEGER || length < 1 || length > MAX_INTEGER_BYTES) return undefined
  const isNegative = first >= 0x80
  const hasNeedlessZero = first === 0 && length > 1 && second < 0x80
  return isNegative || hasNeedlessZero ? undefined : start + 2 + length
}
