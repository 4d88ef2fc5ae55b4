import type { Exchange } from './http-client.ts'

/** Members whose values an operator may see: what a thing is called, and what kind of thing it is. */
const HARMLESS = new Set([
  'id',
  'backupId',
  'backupAccountId',
  'factorId',
  'kind',
  'scope',
  'code',
  'message',
  'type',
  'userVerification',
  'residentKey',
])
/** Shorter ones turn up by accident. */
const SHORTEST_SECRET = 8
/** Of a longer one the beginning and the end give it away, too. */
const TELLING_LENGTH = 24

/** Text that went over the wire, and must turn up nowhere else. */
export interface Secret {
  readonly name: string
  readonly parts: readonly string[]
}

/** Every value that went either way. */
export function secretsIn(exchanges: readonly Exchange[]): readonly Secret[] {
  const found = new Map<string, string>()
  const collect = (name: string, value: unknown): void => {
    if (typeof value === 'string') {
      if (value.length >= SHORTEST_SECRET && !HARMLESS.has(name)) found.set(value, name)
    } else if (typeof value === 'object' && value !== null) {
      for (const [member, inner] of Object.entries(value)) collect(Array.isArray(value) ? name : member, inner)
    }
  }
  for (const { request, answer } of exchanges) {
    collect('of a response', answer.body)
    for (const value of valuesOf(request.body)) collect('of a request', value)
  }
  return [...found].map(([value, name]) => ({
    name,
    parts: [value.slice(0, TELLING_LENGTH), value.slice(-TELLING_LENGTH)],
  }))
}

/** The JSON in a body, and the bytes of an upload. */
function valuesOf(body: unknown): unknown[] {
  if (typeof body === 'string') return [jsonOr(body)]
  if (!(body instanceof Uint8Array)) return []
  const lines = Buffer.from(body).toString('latin1').split('\r\n')
  return lines.filter((line) => !/^(--|content-)/i.test(line)).map(jsonOr)
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
