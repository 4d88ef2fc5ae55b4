import { expect } from 'chai'
import { PAYLOAD_EXAMPLES, payloadRequest, type PayloadExample } from '../../support/http-payloads.ts'
import { useSharedService } from '../../support/http-service.ts'

type JsonObject = Readonly<Record<string, unknown>>
/** The names that lead to an object. */
type Path = readonly string[]

/** A text in place of one object of a payload, wherever it stands. */
type Rewrite = (object: JsonObject) => string

/** What no member of a request may do, at any depth; the outermost level has its tests beside those of JSON texts. */
const HARMLESS: readonly (readonly [title: string, rewrite: Rewrite])[] = [
  ['__proto__', (object) => starting('"__proto__":{"polluted":true,"kind":"PASSKEY","toString":null}', object)],
  ['__proto__ last', (object) => ending('"__proto__":{"polluted":true}', object)],
  ['constructor.prototype', (object) => starting('"constructor":{"prototype":{"polluted":true}}', object)],
  [
    'a path to the prototype',
    (object) => starting('"__proto__.polluted":1,"constructor[prototype][polluted]":1', object),
  ],
  ['toJSON, toString, valueOf and then', (object) => starting('"toJSON":1,"toString":1,"valueOf":1,"then":1', object)],
  ['numbers beyond any range', (object) => starting('"a":1e999,"b":-1e999,"c":-0,"d":9007199254740993', object)],
  ['members twice, the good ones last', (object) => starting(nulled(object), object)],
]

const HARMFUL: readonly (readonly [title: string, rewrite: Rewrite])[] = [
  ['members in __proto__ only', (object) => `{"__proto__":${JSON.stringify(object)}}`],
  ['members twice, the good ones first', (object) => ending(nulled(object), object)],
]

describe('Members of JSON, for every object in a request', () => {
  const service = useSharedService()
  const prototype = Reflect.ownKeys(Object.prototype)

  afterEach(() => {
    expect(Reflect.ownKeys(Object.prototype), 'what every object has').to.deep.equal(prototype)
  })

  for (const example of PAYLOAD_EXAMPLES) {
    const { operation, name, payload } = example
    const objects = objectsIn(payload as JsonObject)
    if (objects.length === 0) continue
    describe(`${operation.path}, as in the example ${name}`, () => {
      for (const [title, rewrite] of HARMLESS) {
        it(`${title}: not minded`, async () => {
          const regular = await outcomeOf(example, JSON.stringify(payload))
          expect(await outcomesOf(example, objects, rewrite)).to.deep.equal(all(objects, regular))
        })
      }

      for (const [title, rewrite] of HARMFUL) {
        it(`${title}: refused`, async () => {
          const typed = objects.filter(isTyped)
          expect(await outcomesOf(example, typed, rewrite)).to.deep.equal(all(typed, '400 invalid_payload'))
        })
      }
    })
  }

  async function outcomesOf(example: PayloadExample, paths: readonly Path[], rewrite: Rewrite) {
    const outcomes = paths.map(async (path): Promise<[string, string]> => [
      path.join('.'),
      await outcomeOf(example, rewritten(example.payload, path, rewrite)),
    ])
    return Object.fromEntries(await Promise.all(outcomes))
  }

  async function outcomeOf({ operation }: PayloadExample, text: string): Promise<string> {
    return (await service().http.send(payloadRequest(operation, text))).outcome
  }
})

/** Where the objects within are. */
function objectsIn(object: JsonObject, path: Path = []): readonly Path[] {
  return Object.entries(object).flatMap(([name, value]) =>
    isObject(value) ? [[...path, name], ...objectsIn(value, [...path, name])] : [],
  )
}

function all(paths: readonly Path[], outcome: string): Readonly<Record<string, string>> {
  return Object.fromEntries(paths.map((path) => [path.join('.'), outcome]))
}

/** A credential is any object: what it lacks is asked later, and told by another code. */
function isTyped(path: Path): boolean {
  return !path.includes('credential')
}

function rewritten(value: unknown, [name, ...rest]: Path, rewrite: Rewrite): string {
  if (!isObject(value)) throw new Error('there is no object')
  if (name === undefined) return rewrite(value)
  const members = Object.entries(value).map(
    ([member, within]) =>
      `${JSON.stringify(member)}:${member === name ? rewritten(within, rest, rewrite) : JSON.stringify(within)}`,
  )
  return `{${members.join(',')}}`
}

function starting(members: string, object: JsonObject): string {
  const regular = JSON.stringify(object)
  return regular === '{}' ? `{${members}}` : `{${members},${regular.slice(1)}`
}

function ending(members: string, object: JsonObject): string {
  const regular = JSON.stringify(object)
  return regular === '{}' ? `{${members}}` : `${regular.slice(0, -1)},${members}}`
}

function nulled(object: JsonObject): string {
  const members = Object.keys(object).map((name) => `${JSON.stringify(name)}:null`)
  return members.length === 0 ? '"a":1,"a":2' : members.join(',')
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
