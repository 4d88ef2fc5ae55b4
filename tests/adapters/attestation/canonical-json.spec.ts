import { expect } from 'chai'
import fc from 'fast-check'
import { canonicalJson } from '../../../adapters/attestation/canonical-json.ts'
import type { JsonValue } from '../../../domain/json.ts'
import { refusalOf } from '../../support/refusal.ts'

/** As `JSON.parse` gives it, so that member names are what a client can send. */
function canonical(json: string): string {
  return canonicalJson(JSON.parse(json) as JsonValue)
}

function nested(depth: number, open: string, close: string): string {
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}

describe('canonical JSON', () => {
  const vectors: readonly (readonly [title: string, json: string, expected: string])[] = [
    ['leaves out white space', ' { "a" : [ 1 , 2 ] } ', '{"a":[1,2]}'],
    ['sorts members', '{"b":1,"c":2,"a":3}', '{"a":3,"b":1,"c":2}'],
    ['sorts members at every level', '{"z":[{"b":1,"a":{"d":1,"c":2}}]}', '{"z":[{"a":{"c":2,"d":1},"b":1}]}'],
    ['sorts a name before those it begins', '{"aa":1,"a":2,"":3}', '{"":3,"a":2,"aa":1}'],
    ['sorts capitals before small letters', '{"a":1,"B":2}', '{"B":2,"a":1}'],
    ['sorts names that are numbers as text', '{"10":1,"9":2,"1":3}', '{"1":3,"10":1,"9":2}'],
    ['sorts by code point, not by UTF-16', '{"\\ud83d\\ude00":1,"\\uffee":2}', '{"\uffee":2,"\u{1f600}":1}'],
    ['sorts code points beyond the BMP', '{"\\ud83d\\ude01":1,"\\ud83d\\ude00":2}', '{"\u{1f600}":2,"\u{1f601}":1}'],
    ['sorts by code point after a common start', '{"a\\ud800\\udc00":1,"a\\ue000":2}', '{"a\ue000":2,"a\u{10000}":1}'],
    ['sorts what no locale agrees on', '{"z":1,"ä":2,"a":3}', '{"a":3,"z":1,"ä":2}'],
    ['leaves out null members', '{"a":null,"b":{"c":null},"d":[{"e":null}]}', '{"b":{},"d":[{}]}'],
    ['keeps nulls in arrays', '[null,[null]]', '[null,[null]]'],
    [
      'keeps false, zero and empty values',
      '{"a":false,"b":0,"c":"","d":[],"e":{}}',
      '{"a":false,"b":0,"c":"","d":[],"e":{}}',
    ],
    ['keeps the order of arrays', '[3,1,2]', '[3,1,2]'],
    ['takes __proto__ for a name like any other', '{"a":1,"__proto__":{"b":2}}', '{"__proto__":{"b":2},"a":1}'],
    ['takes constructor for a name like any other', '{"constructor":1,"toString":2}', '{"constructor":1,"toString":2}'],
    ['takes the last of several members of one name', '{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    [
      'escapes in the short form where there is one',
      '"\\u0008\\u0009\\u000a\\u000c\\u000d\\u0022\\u005c"',
      '"\\b\\t\\n\\f\\r\\"\\\\"',
    ],
    ['escapes other control characters in lower-case hex', '"\\u0000\\u001F\\u000b"', '"\\u0000\\u001f\\u000b"'],
    ['escapes nothing else', '"\\u007f\\u2028\\/\\u00e9\\ud83d\\ude00"', '"\u007f\u2028/é\u{1f600}"'],
    ['escapes names too', '{"\\u000a\\u0022":1}', '{"\\n\\"":1}'],
    ['writes a top level that is no object', 'null', 'null'],
  ]
  for (const [title, json, expected] of vectors) {
    it(title, () => {
      expect(canonical(json)).to.equal(expected)
    })
  }

  it('sorts any names by the bytes of their UTF-8', () => {
    const names = fc.uniqueArray(fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(names, (unsorted) => {
        const sorted = unsorted.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
        const members = sorted.map((name) => `${JSON.stringify(name)}:1`)
        return canonicalJson(Object.fromEntries(unsorted.map((name) => [name, 1]))) === `{${members.join(',')}}`
      }),
    )
  })

  it('is the request as the gateway hashes it', () => {
    const body: JsonValue = { challengeToken: 't', authorization: { signature: 's', kind: 'EC_KEYPAIR', label: null } }
    expect(canonicalJson({ pathUri: '/v1/verify-factor', method: 'POST', body })).to.equal(
      '{"body":{"authorization":{"kind":"EC_KEYPAIR","signature":"s"},"challengeToken":"t"},"method":"POST","pathUri":"/v1/verify-factor"}',
    )
  })

  for (const [title, open, close] of [
    ['arrays', '[', ']'],
    ['objects', '{"a":', '}'],
  ] as const) {
    it(`writes 128 nested ${title}`, () => {
      const json = nested(128, open, close)
      expect(canonical(json)).to.equal(json)
    })

    for (const depth of [129, 150_000]) {
      it(`refuses ${depth} nested ${title}`, async () => {
        const call = async (): Promise<string> => canonical(nested(depth, open, close))
        expect(await refusalOf(call())).to.equal('invalid_attestation_token_claim')
      })
    }
  }

  it('writes arrays of many elements', () => {
    const json = `[${'0,'.repeat(500_000)}0]`
    expect(canonical(json)).to.equal(json)
  })
})
