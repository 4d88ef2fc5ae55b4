import { expect } from 'chai'
import { parseJson } from '../../../adapters/http/body/parse-json.ts'
import { HttpError } from '../../../adapters/http/errors/http-error.ts'

function arrays(levels: number, inmost = ''): string {
  return `${'['.repeat(levels)}${inmost}${']'.repeat(levels)}`
}

function objects(levels: number, inmost: string): string {
  return `${'{"a":'.repeat(levels)}${inmost}${'}'.repeat(levels)}`
}

/** Values within 64 others at most. */
const TAKEN: Readonly<Record<string, string>> = {
  'an empty array in 64 arrays': arrays(65),
  'an empty array in 64 arrays, with white space': arrays(65, ' \t\r\n'),
  'an empty object in 64 arrays': arrays(64, '{}'),
  'an empty object in 64 objects': objects(64, '{}'),
  'a number in 64 objects': objects(64, '1'),
  'a text in 64 arrays': arrays(64, '"a"'),
  'many arrays in 63 arrays': arrays(63, '[],[[]],[1]'),
  'brackets in a text': `"${arrays(1000)}"`,
  'brackets in a member name': `{"${'['.repeat(1000)}":1}`,
  'brackets behind a quotation mark in a text': `["\\"${'['.repeat(1000)}"]`,
  'brackets behind letters of several bytes': `"\u5b5b\u{1f4dd}${'{'.repeat(1000)}"`,
  'a thousand arrays one behind the other': `[${'[],'.repeat(999)}[]]`,
}

const REFUSED: Readonly<Record<string, string>> = {
  'an empty array in 65 arrays': arrays(66),
  'an empty object in 65 arrays': arrays(65, '{}'),
  'an empty object in 65 objects': objects(65, '{}'),
  'a number in 65 arrays': arrays(65, '1'),
  'a number in 65 objects': objects(65, '1'),
  'a text in 65 arrays': arrays(65, '"a"'),
  'too many arrays behind many': `[${'[],'.repeat(999)}${arrays(66)}]`,
  'too many arrays behind a text that ends in a backslash': `["\\\\",${arrays(66)}]`,
  'too many arrays behind a text of brackets': `["]]]]",${arrays(66)}]`,
}

describe('parseJson', () => {
  for (const [title, text] of Object.entries(TAKEN)) {
    it(`takes ${title}`, () => {
      expect(parseJson(Buffer.from(text))).to.deep.equal(JSON.parse(text))
    })
  }

  for (const [title, text] of Object.entries(REFUSED)) {
    it(`refuses ${title}`, () => {
      expect(() => parseJson(Buffer.from(text)))
        .to.throw(HttpError, 'nested deeper than 64 levels')
        .with.property('code', 'invalid_payload')
    })
  }

  it('finds what is too deep before it is parsed: the text need not even end', () => {
    expect(() => parseJson(Buffer.from('['.repeat(66)))).to.throw(HttpError, 'nested deeper than 64 levels')
  })

  for (const [title, text] of Object.entries({ 'half a text': '"[', 'a backslash at the end': '["\\', nothing: '' })) {
    it(`refuses ${title}`, () => {
      expect(() => parseJson(Buffer.from(text))).to.throw(HttpError, 'is not JSON')
    })
  }
})
