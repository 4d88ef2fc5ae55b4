import { expect } from 'chai'
import { OPERATION_EXAMPLES, payloadRequest, type PayloadExample } from '../support/http-payloads.ts'
import { useSharedService } from '../support/http-service.ts'

const REFUSAL = '400 invalid_payload'

/** A JSON text made of a good one. */
interface Row {
  readonly title: string
  readonly text: (good: string) => string | Uint8Array
}

/** Adds members before the others. */
function startingWith(members: string): (good: string) => string {
  return (good) => (good === '{}' ? `{${members}}` : `{${members},${good.slice(1)}`)
}

/** Adds members after the others. */
function endingWith(members: string): (good: string) => string {
  return (good) => (good === '{}' ? `{${members}}` : `${good.slice(0, -1)},${members}}`)
}

function nested(levels: number): string {
  return `${'{"a":['.repeat(levels / 2)}0${']}'.repeat(levels / 2)}`
}

const REFUSED: readonly Row[] = [
  { title: 'null', text: () => 'null' },
  { title: 'a boolean', text: () => 'true' },
  { title: 'a number', text: () => '1' },
  { title: 'a text', text: () => '"text"' },
  { title: 'an array', text: () => '[]' },
  { title: 'white space', text: () => ' \r\n\t' },
  { title: 'half an object', text: (good) => good.slice(0, -1) },
  { title: 'two objects', text: (good) => good + good },
  { title: 'a comma too many', text: endingWith('"a":1,') },
  { title: 'a comment', text: (good) => `/* */${good}` },
  { title: 'apostrophes', text: () => "{'a':1}" },
  { title: 'NaN', text: startingWith('"a":NaN') },
  { title: 'a number with a leading zero', text: startingWith('"a":01') },
  { title: 'a NUL behind it', text: (good) => `${good}\0` },
  { title: 'a bare line break in a text', text: startingWith('"a":"\n"') },
  { title: 'bytes that are not UTF-8', text: (good) => Buffer.from(startingWith('"a":"\xff"')(good), 'latin1') },
  { title: 'an overlong encoding', text: (good) => Buffer.from(startingWith('"a":"\xc0\x80"')(good), 'latin1') },
  { title: 'a surrogate in UTF-8', text: (good) => Buffer.from(startingWith('"a":"\xed\xa0\x80"')(good), 'latin1') },
  { title: 'UTF-16', text: (good) => Buffer.from(good, 'utf16le') },
  { title: 'a thousand levels', text: startingWith(`"a":${nested(1000)}`) },
  { title: 'brackets only', text: () => '['.repeat(100_000) + ']'.repeat(100_000) },
  { title: 'opening braces only', text: () => '{"a":'.repeat(50_000) },
]

const TAKEN: readonly Row[] = [
  { title: 'white space around it', text: (good) => ` \r\n\t${good}\n` },
  { title: 'a byte order mark', text: (good) => `\uFEFF${good}` },
  { title: 'sixty levels of something unknown', text: startingWith(`"a":${nested(60)}`) },
  { title: 'a number beyond any range', text: startingWith('"a":1e400,"b":-1e-400') },
  { title: 'a number of ten thousand digits', text: startingWith(`"a":${'9'.repeat(10_000)}`) },
  { title: 'half a surrogate pair', text: startingWith('"a":"\\ud800"') },
  { title: 'a NUL in a text', text: startingWith('"a":"\\u0000"') },
  { title: 'ten thousand unknown members', text: startingWith(members(10_000)) },
  { title: 'an unknown member twice', text: startingWith('"a":1,"a":2') },
  { title: '__proto__', text: startingWith('"__proto__":{"polluted":true}') },
  { title: '__proto__ that is no object', text: startingWith('"__proto__":1') },
  { title: '__proto__ within something unknown', text: startingWith('"a":{"__proto__":{"polluted":true}}') },
  { title: 'constructor and prototype', text: startingWith('"constructor":{"prototype":{"polluted":true}}') },
  {
    title: 'members named as those of any object',
    text: startingWith('"toString":1,"valueOf":null,"hasOwnProperty":{}'),
  },
]

/** Examples of operations that want something to be said. */
const DEMANDING = OPERATION_EXAMPLES.filter(({ schema }) => (schema.required ?? []).length > 0)

describe('JSON texts, for every operation', () => {
  const service = useSharedService()
  const prototype = Reflect.ownKeys(Object.prototype)
  /** What the example itself is told: its proofs are no good, but that is asked after its shape. */
  let regular: Readonly<Record<string, string>>

  before(async () => {
    regular = await outcomesOf((good) => good)
  })

  afterEach(() => {
    expect(Reflect.ownKeys(Object.prototype), 'what every object has').to.deep.equal(prototype)
  })

  for (const { title, text } of REFUSED) {
    it(`${title}: refused`, async () => {
      expect(await outcomesOf(text)).to.deep.equal(refusalsOf(OPERATION_EXAMPLES))
    })
  }

  for (const { title, text } of TAKEN) {
    it(`${title}: taken`, async () => {
      expect(await outcomesOf(text)).to.deep.equal(regular)
    })
  }

  it('nothing: taken where nothing has to be said', async () => {
    expect(await outcomesOf(() => '')).to.deep.equal({ ...regular, ...refusalsOf(DEMANDING) })
  })

  it('a member twice: the last one counts', async () => {
    const nothing = ({ schema }: PayloadExample): string => `"${schema.required![0]}":null`
    const firstOf = (example: PayloadExample) => startingWith(nothing(example))
    const lastOf = (example: PayloadExample) => endingWith(nothing(example))
    const first = await Promise.all(DEMANDING.map((example) => outcomeOf(example, firstOf(example))))
    const last = await Promise.all(DEMANDING.map((example) => outcomeOf(example, lastOf(example))))
    expect(first).to.deep.equal(DEMANDING.map(({ operation }) => regular[operation.path]))
    expect(last).to.deep.equal(DEMANDING.map(() => REFUSAL))
  })

  it('members of __proto__ only: refused where something has to be said', async () => {
    const outcomes = await outcomesOf((good) => `{"__proto__":${good}}`)
    expect(outcomes).to.deep.equal({ ...regular, ...refusalsOf(DEMANDING) })
  })

  async function outcomeOf({ operation, payload }: PayloadExample, text: Row['text']): Promise<string> {
    const request = payloadRequest(operation, text(JSON.stringify(payload)))
    return (await service().http.send(request)).outcome
  }

  async function outcomesOf(text: Row['text']): Promise<Readonly<Record<string, string>>> {
    const outcomes = OPERATION_EXAMPLES.map(async (example): Promise<[string, string]> => [
      example.operation.path,
      await outcomeOf(example, text),
    ])
    return Object.fromEntries(await Promise.all(outcomes))
  }
})

function refusalsOf(examples: readonly PayloadExample[]): Readonly<Record<string, string>> {
  return Object.fromEntries(examples.map(({ operation }) => [operation.path, REFUSAL]))
}

function members(count: number): string {
  return Array.from({ length: count }, (_, index) => `"m${index}":0`).join(',')
}
