/** INTEGER (X.690 §8.3) of these content octets, right or wrong. */
export function integer(octets: Uint8Array): Uint8Array {
  return Buffer.from([0x02, octets.length, ...octets])
}

/** SEQUENCE (X.690 §8.9) in the short form of length. */
export function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(elements)
  return Buffer.from([0x30, content.length, ...content])
}

/** ECDSA-Sig-Value (RFC 3279 §2.2.3); negative numbers too. */
export function signatureValue(r: bigint, s: bigint): Uint8Array {
  return sequence(integer(twosComplement(r)), integer(twosComplement(s)))
}

/** The fewest octets that say the number (X.690 §8.3.2 and §8.3.3). */
function twosComplement(value: bigint): Uint8Array {
  let bytes = 1
  while (BigInt.asIntN(8 * bytes, value) !== value) bytes += 1
  return unsigned(BigInt.asUintN(8 * bytes, value), bytes)
}

export function unsigned(value: bigint, bytes: number): Uint8Array {
  return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex')
}
