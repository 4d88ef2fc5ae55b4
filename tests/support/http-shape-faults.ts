import type { JsonSchema } from './http-contract.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** What happens to a body in which one member is not as its schema says, or only looks as if it were not. */
export interface MemberFaults {
  /** Where the member stands, as `authorization.publicKey`. */
  readonly member: string
  /** Bodies to be refused, by what is wrong with them. */
  readonly refused: Readonly<Record<string, unknown>>
  /** Bodies that are as good as the one they are made of. */
  readonly taken: Readonly<Record<string, unknown>>
}

/** One row for each member that `schema` knows of `body`, an example that it accepts, at any depth. */
export function memberFaults(schema: JsonSchema, body: unknown): readonly MemberFaults[] {
  return faultsWithin(schema, body, '', (changed) => changed)
}

/** @param rebuild makes the whole body of a changed part of it */
function faultsWithin(
  schema: JsonSchema,
  part: unknown,
  location: string,
  rebuild: (changed: unknown) => unknown,
): readonly MemberFaults[] {
  const branch = branchFor(schema, part)
  if (!isObject(part) || branch.properties === undefined) return []
  const required = branch.required ?? []
  return Object.entries(branch.properties).flatMap(([name, member]) => {
    if (!isConstrained(member)) return []
    const path = location === '' ? name : `${location}.${name}`
    const put = (value: unknown): unknown => rebuild({ ...part, [name]: value })
    const bodies = (values: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(values).map(([title, value]) => [title, put(value)]))
    const { [name]: present, ...rest } = part
    const refused = bodies(wrongValues(member))
    return [
      {
        member: path,
        refused: required.includes(name) ? { ...refused, missing: rebuild(rest) } : refused,
        taken: {
          ...(isNullable(member) && { null: put(null) }),
          ...(!required.includes(name) && { absent: rebuild(rest) }),
          ...(mayBeEmpty(member) && { 'an empty text': put('') }),
          ...(isObject(present) && { 'with an unknown member': put({ ...present, unknown: { any: ['thing'] } }) }),
        },
      },
      ...faultsWithin(member, present, path, put),
    ]
  })
}

function wrongValues(schema: JsonSchema): JsonObject {
  const nothing = isNullable(schema) ? {} : { null: null }
  const wrong = { ...nothing, 'a number': 1, 'a boolean': true, 'an array': [] }
  if (isText(schema)) return { ...wrong, 'an object': {}, ...wrongTexts(schema) }
  return { ...wrong, 'a text': 'text', 'an empty text': '', ...(hasRequired(schema) && { 'an empty object': {} }) }
}

function wrongTexts({ minLength = 0, maxLength, pattern, enum: choices, const: only }: JsonSchema): JsonObject {
  const limited = pattern !== undefined || choices !== undefined || only !== undefined
  return {
    ...((minLength > 0 || limited) && { 'an empty text': '' }),
    ...(maxLength !== undefined && { 'a text that is too long': 'A'.repeat(maxLength + 1) }),
    ...(limited && { 'a text of another form': '\u{1F512} no such thing' }),
    ...(limited && { 'a very long text': 'A'.repeat(20_000) }),
  }
}

function mayBeEmpty(schema: JsonSchema): boolean {
  return isText(schema) && !('an empty text' in wrongTexts(schema))
}

/** Of alternatives the one that `part` is an example of. */
function branchFor(schema: JsonSchema, part: unknown): JsonSchema {
  const { oneOf, discriminator } = schema
  if (oneOf === undefined) return schema
  const name = discriminator?.propertyName
  const branch = oneOf.find((candidate) =>
    name === undefined
      ? candidate.type !== 'null'
      : isObject(part) && candidate.properties?.[name]?.const === part[name],
  )
  return branch === undefined ? schema : branchFor(branch, part)
}

function isConstrained({ type, oneOf }: JsonSchema): boolean {
  return type !== undefined || oneOf !== undefined
}

function isText({ type }: JsonSchema): boolean {
  return type === 'string' || (Array.isArray(type) && type.includes('string'))
}

function isNullable({ type, oneOf }: JsonSchema): boolean {
  return (Array.isArray(type) && type.includes('null')) || (oneOf?.some((schema) => schema.type === 'null') ?? false)
}

function hasRequired(schema: JsonSchema): boolean {
  return [schema, ...(schema.oneOf ?? [])].some(({ required = [] }) => required.length > 0)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
