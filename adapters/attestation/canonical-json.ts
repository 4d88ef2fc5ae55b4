import { DomainError } from '../../domain/domain-error.ts'
import type { JsonObject, JsonValue } from '../../domain/json.ts'
import { numberText } from './number-text.ts'

/** One more than serde_json reads, for the object that the canonical request puts around the body. */
const MAX_DEPTH = 128

/**
 * Compact JSON as serde_json writes it for the gateway: members sorted by the code points of their names (the byte order of
 * UTF-8) at every level, members that are null left out, nulls in arrays kept.
 *
 * What `JSON.parse` does not keep cannot be restored: `1.0` is written `1`, and integers beyond ±2^53 are rounded.
 * @throws {DomainError} `invalid_attestation_token_claim` when nested deeper than anything that can have been attested
 */
export function canonicalJson(value: JsonValue, depth = 1): string {
  if (typeof value === 'number') return numberText(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (depth > MAX_DEPTH) throw new DomainError('invalid_attestation_token_claim', 'the request is nested too deeply')
  return isArray(value)
    ? `[${value.map((element) => canonicalJson(element, depth + 1)).join(',')}]`
    : `{${canonicalMembers(value, depth).join(',')}}`
}

function canonicalMembers(object: JsonObject, depth: number): readonly string[] {
  return Object.entries(object)
    .filter(([, value]) => value !== null)
    .sort(([left], [right]) => compareCodePoints(left, right))
    .map(([name, value]) => `${JSON.stringify(name)}:${canonicalJson(value, depth + 1)}`)
}

/** `Array.isArray` does not narrow readonly arrays. */
function isArray(value: JsonObject | readonly JsonValue[]): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index += 1) {
    const difference = rank(left.charCodeAt(index)) - rank(right.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** Surrogates stand for code points above all others, but in UTF-16 U+E000 to U+FFFF come after them. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit < 0xe000 ? codeUnit + 0x10000 : codeUnit
}
