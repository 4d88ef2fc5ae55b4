import { createHash } from 'node:crypto'
import { p256 } from '@noble/curves/nist.js'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { integer, sequence, signatureValue, unsigned } from './signature-verifier.der.ts'

export const CURVES = { 'P-256': p256, secp256k1 }
export type Curve = (typeof CURVES)[keyof typeof CURVES]
type Point = Curve['Point']['BASE']

/** A key, a challenge, and what may or may not be the key's signature of it. */
export interface SignatureVector {
  readonly label: string
  readonly publicKey: Point
  readonly challenge: Uint8Array
  readonly signature: Uint8Array
}

/** A right signature before it is encoded. */
interface Signed {
  readonly publicKey: Point
  readonly challenge: Uint8Array
  readonly r: bigint
  readonly s: bigint
}

/** A fixed one: it keeps nothing secret. */
const PRIVATE_KEY = 0x1d0c_2f7e_91b3_5a48n

/** Right signatures, at the edges of what a signature can be. */
export function validSignatures(curve: Curve): readonly SignatureVector[] {
  const plain = sign(curve, isPlain)
  const found: readonly (readonly [string, Signed])[] = [
    ['low s', sign(curve, (_, s) => s <= order(curve) / 2n)],
    ['high s', sign(curve, (_, s) => s > order(curve) / 2n)],
    ['r and s of 32 bytes', plain],
    ['the other s for the same r', { ...plain, s: order(curve) - plain.s }],
    ['the highest bit of r set', sign(curve, (r) => r >> 255n === 1n)],
    ['the highest bit of s set', sign(curve, (_, s) => s >> 255n === 1n)],
    ['r of 31 bytes', sign(curve, (r) => r >> 248n === 0n)],
    ['s of 31 bytes', sign(curve, (_, s) => s >> 248n === 0n)],
    ['r reduced modulo the order', signWithLargeX(curve)],
  ]
  return found.map(([label, signed]) => vector(label, signed, signatureValue(signed.r, signed.s)))
}

/** Well encoded pairs of integers that are no signature of the challenge. */
export function invalidValues(curve: Curve): readonly SignatureVector[] {
  const n = order(curve)
  const plain = sign(curve, isPlain)
  const { r, s, challenge } = plain
  const { Fn } = curve.Point
  const pairs: readonly (readonly [string, bigint, bigint])[] = [
    ['r zero', 0n, s],
    ['s zero', r, 0n],
    ['both zero', 0n, 0n],
    ['both one', 1n, 1n],
    ['r the order', n, s],
    ['s the order', r, n],
    ['the order added to r', r + n, s],
    ['the order added to s', r, s + n],
    ['r negated', -r, s],
    ['s negated', r, -s],
    ['r negated modulo the order', n - r, s],
    ['the order subtracted from r', r - n, s],
    ['the order subtracted from s', r, s - n],
    ['r and s swapped', s, r],
    ['s one too large', r, s + 1n],
    ['a sum at infinity', Fn.neg(Fn.mul(digest(challenge), Fn.inv(PRIVATE_KEY))), s],
  ]
  return pairs.map(([label, badR, badS]) => vector(label, plain, signatureValue(badR, badS)))
}

/** The integers of a right signature in every encoding but DER; at most 72 bytes each. */
export function invalidEncodings(curve: Curve): readonly SignatureVector[] {
  const plain = sign(curve, isPlain)
  const [r, s] = [unsigned(plain.r, 32), unsigned(plain.s, 32)]
  const right = sequence(integer(r), integer(s))
  const content = right.subarray(2)
  const highR = sign(curve, (one, other) => one >> 255n === 1n && isFull(other))
  const highS = sign(curve, (one, other) => isFull(one) && other >> 255n === 1n)
  const unpadded = (signed: Signed) => sequence(integer(unsigned(signed.r, 32)), integer(unsigned(signed.s, 32)))
  return [
    vector('r without the zero that makes it positive', highR, unpadded(highR)),
    vector('s without the zero that makes it positive', highS, unpadded(highS)),
    ...(
      [
        ['a tag and nothing more', [0x30]],
        ['an empty sequence', [0x30, 0x00]],
        ['r and s without any structure', [...r, ...s]],
        ['the integers without a sequence', content],
        ['r alone', sequence(integer(r))],
        ['an empty r', sequence(integer(Buffer.alloc(0)), integer(s))],
        ['an empty s', sequence(integer(r), integer(Buffer.alloc(0)))],
        ['a byte after it', [...right, 0x00]],
        ['two zero bytes after it', [...right, 0x00, 0x00]],
        ['a byte before it', [0x00, ...right]],
        ['a byte after s in the sequence', sequence(content, Buffer.from([0x00]))],
        ['a NULL after s in the sequence', sequence(content, Buffer.from([0x05, 0x00]))],
        ['a NULL before r in the sequence', sequence(Buffer.from([0x05, 0x00]), content)],
        ['its last byte missing', right.subarray(0, -1)],
        ['a length of the sequence that is one too large', [0x30, content.length + 1, ...content]],
        ['a length of the sequence that is one too small', [0x30, content.length - 1, ...content]],
        ['a long-form length of the sequence', [0x30, 0x81, content.length, ...content]],
        ['a long-form length of the sequence with a zero', [0x30, 0x82, 0x00, content.length, ...content]],
        ['an indefinite length', [0x30, 0x80, ...content, 0x00, 0x00]],
        ['a long-form length of r', sequence(Buffer.from([0x02, 0x81, 0x20, ...r]), integer(s))],
        ['a long-form length of s', sequence(integer(r), Buffer.from([0x02, 0x81, 0x20, ...s]))],
        ['a needless zero before r', sequence(integer(Buffer.from([0x00, ...r])), integer(s))],
        ['a needless zero before s', sequence(integer(r), integer(Buffer.from([0x00, ...s])))],
        ['two needless zeros before s', sequence(integer(r), integer(Buffer.from([0x00, 0x00, ...s])))],
        ['SET for SEQUENCE', [0x31, ...right.subarray(1)]],
        ['a primitive SEQUENCE', [0x10, ...right.subarray(1)]],
        ['OCTET STRING for r', sequence(Buffer.from([0x04, 0x20, ...r]), integer(s))],
        ['ENUMERATED for s', sequence(integer(r), Buffer.from([0x0a, 0x20, ...s]))],
        ['a constructed INTEGER for r', sequence(Buffer.from([0x22, 0x20, ...r]), integer(s))],
        ['a sequence around it', sequence(right)],
      ] as const
    ).map(([label, bytes]) => vector(label, plain, Buffer.from(bytes))),
  ]
}

/** FIPS 186-5 §6.4.1 with small nonces, tried one after the other until the signature is of the kind wanted. */
function sign(curve: Curve, isWanted: (r: bigint, s: bigint) => boolean): Signed {
  const { BASE, Fn } = curve.Point
  const publicKey = BASE.multiply(PRIVATE_KEY)
  for (let nonce = 1n, point = BASE; ; nonce += 1n, point = point.add(BASE)) {
    const challenge = createHash('sha256').update(`challenge ${nonce}`).digest()
    const r = Fn.create(point.x)
    const s = Fn.mul(Fn.inv(nonce), Fn.add(digest(challenge), Fn.mul(r, PRIVATE_KEY)))
    if (isWanted(r, s)) return { publicKey, challenge, r, s }
  }
}

/** The nonce's point has x in the few numbers between the order and the prime; the key is the one that this signs for. */
function signWithLargeX(curve: Curve): Signed {
  const { BASE, Fn } = curve.Point
  const challenge = Buffer.alloc(32, 7)
  const s = PRIVATE_KEY
  for (let r = 1n; ; r += 1n) {
    const point = decompress(curve, order(curve) + r)
    if (point === undefined) continue
    const publicKey = point
      .multiply(s)
      .subtract(BASE.multiply(digest(challenge)))
      .multiply(Fn.inv(r))
    return { publicKey, challenge, r, s }
  }
}

/** A point with this x, if there is one. */
export function decompress(curve: Curve, x: bigint): Point | undefined {
  try {
    return curve.Point.fromBytes(Buffer.from([0x02, ...unsigned(x, 32)]))
  } catch {
    return undefined
  }
}

function vector(label: string, { publicKey, challenge }: Signed, signature: Uint8Array): SignatureVector {
  return { label, publicKey, challenge, signature }
}

function order(curve: Curve): bigint {
  return curve.Point.Fn.ORDER
}

/** SHA-256 as an integer; both orders have 256 bits, so all of it counts, and a multiple of the order makes no odds. */
function digest(challenge: Uint8Array): bigint {
  return BigInt(`0x${createHash('sha256').update(challenge).digest('hex')}`)
}

/** Encoded in 32 bytes as it stands: neither shorter nor in need of a leading zero. */
function isFull(value: bigint): boolean {
  return value >> 247n !== 0n && value >> 255n === 0n
}

function isPlain(r: bigint, s: bigint): boolean {
  return isFull(r) && isFull(s)
}
