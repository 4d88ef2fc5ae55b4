import type { JsonValue } from '../../domain/json.ts'
import { HttpError } from './http-error.ts'

/** Far deeper than any request is, and far from where a recursive reader would run out of stack. */
const MAX_DEPTH = 64

/**
 * Parses a JSON text (RFC 8259), which is UTF-8 and nothing else.
 * @throws {HttpError} `invalid_payload`
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  const value = parse(bytes)
  requireDepth(value)
  return value
}

function parse(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JsonValue
  } catch {
    // The parser's own message quotes the input.
    throw new HttpError('invalid_payload', 'the payload is not JSON in UTF-8')
  }
}

/** Level by level, without recursion: what is too deep must not be walked deeply. */
function requireDepth(value: JsonValue): void {
  let level: readonly JsonValue[] = [value]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      throw new HttpError('invalid_payload', `the payload is nested deeper than ${MAX_DEPTH} levels`)
    level = level.flatMap((node) => (typeof node === 'object' && node !== null ? Object.values(node) : []))
  }
}
