import type { JsonValue } from '../../../domain/json.ts'
import { HttpError } from '../errors/http-error.ts'

/** Far deeper than any request is, and far from where a recursive reader would run out of stack. */
const MAX_DEPTH = 64

// The bytes that decide how deep a JSON text is (RFC 8259 §2, §7). In UTF-8 they are part of nothing else.
const QUOTATION_MARK = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20 // the other white space is below
/** Square brackets become curly ones by it. */
const CURLY = 0x20
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/**
 * Parses a JSON text (RFC 8259), which is UTF-8 and nothing else.
 * @throws {HttpError} `invalid_payload`
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  requireDepth(bytes)
  return parse(bytes)
}

function parse(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as JsonValue
  } catch {
    // The parser's own message quotes the input.
    throw new HttpError('invalid_payload', 'the payload is not JSON in UTF-8')
  }
}

/**
 * Counts brackets before anything is parsed: what is too deep must not be walked deeply, and its parts are many. A text
 * that is no JSON may be found too deep or not, and is refused in either case.
 */
function requireDepth(bytes: Uint8Array): void {
  let depth = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? SPACE
    if (byte === QUOTATION_MARK) at = endOfString(bytes, at)
    if ((byte | CURLY) === CLOSING_BRACE) depth -= 1
    // Whatever begins here is within so many arrays and objects; only an empty one has nothing in it.
    else if (depth > MAX_DEPTH && byte > SPACE) {
      throw new HttpError('invalid_payload', `the payload is nested deeper than ${MAX_DEPTH} levels`)
    } else if ((byte | CURLY) === OPENING_BRACE) depth += 1
  }
}

/** @returns where its closing quotation mark is, or the end of the text */
function endOfString(bytes: Uint8Array, start: number): number {
  let at = start + 1
  while (at < bytes.length && bytes[at] !== QUOTATION_MARK) at += bytes[at] === BACKSLASH ? 2 : 1
  return at
}
