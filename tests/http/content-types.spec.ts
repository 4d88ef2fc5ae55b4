import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect } from 'chai'
import type { HttpRequest } from '../support/http-client.ts'
import { useSharedService } from '../support/http-service.ts'

const DEMANDING = '/v1/reset/challenge/keypair'
const UNDEMANDING = '/v1/retrieve/challenge/passkey'
const BODY = JSON.stringify({ backupAccountId: `backup_account_02${'ab'.repeat(32)}` })

type Headers = Readonly<Record<string, string>>

const TAKEN: readonly (readonly [title: string, headers: Headers])[] = [
  ['application/json', { 'content-type': 'application/json' }],
  ['in capitals', { 'content-type': 'APPLICATION/JSON' }],
  ['with a charset', { 'content-type': 'application/json; charset=utf-8' }],
  ['with a charset in capitals, without a space', { 'content-type': 'application/json;CHARSET=UTF-8' }],
  ['with a charset in quotation marks', { 'content-type': 'application/json; charset="utf-8"' }],
  [
    'with a charset that JSON does not have, which is UTF-8 nevertheless',
    { 'content-type': 'application/json; charset=latin1' },
  ],
  ['with a parameter that nobody knows', { 'content-type': 'application/json; version=2' }],
  ['with a semicolon behind it', { 'content-type': 'application/json;' }],
  ['in the encoding that is none', { 'content-type': 'application/json', 'content-encoding': 'identity' }],
]

const REFUSED: readonly (readonly [title: string, headers: Headers])[] = [
  ['of no type', {}],
  ['of an empty type', { 'content-type': '' }],
  ['of plain text', { 'content-type': 'text/plain' }],
  ['of a form', { 'content-type': 'application/x-www-form-urlencoded' }],
  ['of multipart', { 'content-type': 'multipart/form-data; boundary=b' }],
  ['of something like JSON', { 'content-type': 'application/jsonp' }],
  ['of a type made of JSON', { 'content-type': 'application/problem+json' }],
  ['of any type', { 'content-type': '*/*' }],
  ['of any application', { 'content-type': 'application/*' }],
  ['of two types', { 'content-type': 'application/json, text/plain' }],
  ['of nonsense', { 'content-type': 'json' }],
  ['of a type named as a member of any object', { 'content-type': 'constructor' }],
  ['compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ['compressed twice', { 'content-type': 'application/json', 'content-encoding': 'gzip, br' }],
  ['in an encoding that nobody knows', { 'content-type': 'application/json', 'content-encoding': 'x' }],
]

describe('Content types of JSON operations', () => {
  const service = useSharedService()

  async function outcomeOf(request: HttpRequest): Promise<string> {
    return (await service().http.send(request)).outcome
  }

  for (const [title, headers] of TAKEN) {
    it(`JSON ${title} is taken`, async () => {
      expect(await outcomeOf({ path: DEMANDING, headers, body: BODY })).to.equal('200')
    })
  }

  for (const [title, headers] of REFUSED) {
    it(`a body ${title} is refused`, async () => {
      // Bytes: for a text, fetch would name a type.
      expect(await outcomeOf({ path: DEMANDING, headers, body: Buffer.from(BODY) })).to.equal(
        '415 unsupported_media_type',
      )
    })
  }

  for (const [title, request] of Object.entries({
    'neither body nor content type': {},
    'no body, but a content type': { headers: { 'content-type': 'application/json' } },
    'an empty body': { headers: { 'content-type': 'application/json' }, body: '' },
    'an empty object': { headers: { 'content-type': 'application/json' }, body: '{}' },
  })) {
    it(`${title} will do where nothing has to be said`, async () => {
      expect(await outcomeOf({ path: UNDEMANDING, ...request })).to.equal('200')
    })
  }

  it('no schema is kept for a content type that differs in its parameters only', async () => {
    const request = (index: number): HttpRequest => ({
      path: DEMANDING,
      headers: { 'content-type': `application/json; p${index}=${index}` },
      body: BODY,
    })
    await outcomeOf(request(0))
    const schemas = countSchemas()
    try {
      expect(await outcomeOf(request(1))).to.equal('200')
      expect(schemas.count()).to.equal(0)
    } finally {
      schemas.stop()
    }
  })
})

/** Schemas that any Ajv of this process, and so the service's, is given to compile and keep. */
function countSchemas(): { readonly count: () => number; readonly stop: () => void } {
  const addSchema = Reflect.get(Ajv2020.prototype, 'addSchema') as (this: Ajv2020, ...given: unknown[]) => Ajv2020
  let count = 0
  const counting = function (this: Ajv2020, ...given: unknown[]): Ajv2020 {
    count += 1
    return addSchema.apply(this, given)
  }
  Object.defineProperty(Ajv2020.prototype, 'addSchema', { value: counting, configurable: true })
  return {
    count: () => count,
    stop: () => {
      Reflect.deleteProperty(Ajv2020.prototype, 'addSchema')
    },
  }
}
