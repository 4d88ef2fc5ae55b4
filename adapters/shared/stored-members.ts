import { isJsonObject, type JsonObject } from '../../domain/json.ts'

/** What a store gave back: a row, or an object of the JSON in it. Nothing is taken on trust, nothing is guessed. */
export type StoredMembers = Readonly<Record<string, unknown>>

/** @throws {Error} naming the member, never its value */
export function storedText(from: StoredMembers, name: string): string {
  const value = from[name]
  if (typeof value === 'string') return value
  throw new Error(`stored ${name} is no text`)
}

/** A count, a size or a time: an integer from 0 on. @throws {Error} */
export function storedInteger(from: StoredMembers, name: string): number {
  const value = from[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`stored ${name} is no integer from 0 on`)
}

/** @throws {Error} */
export function storedObject(from: StoredMembers, name: string): JsonObject {
  const value = from[name]
  if (isJsonObject(value)) return value
  throw new Error(`stored ${name} is no object`)
}

/** The object whose JSON a member holds. @throws {Error} */
export function storedJsonObject(from: StoredMembers, name: string): JsonObject {
  const value = parseJson(from, name)
  if (isJsonObject(value)) return value
  throw new Error(`stored ${name} is no JSON object`)
}

/** The list of objects whose JSON a member holds. @throws {Error} */
export function storedJsonObjects(from: StoredMembers, name: string): readonly JsonObject[] {
  const value = parseJson(from, name)
  if (Array.isArray(value) && value.every(isJsonObject)) return value
  throw new Error(`stored ${name} is no JSON list of objects`)
}

function parseJson(from: StoredMembers, name: string): unknown {
  const json = storedText(from, name)
  try {
    return JSON.parse(json)
  } catch {
    // Its message quotes what it could not read.
    throw new Error(`stored ${name} is no JSON`)
  }
}
