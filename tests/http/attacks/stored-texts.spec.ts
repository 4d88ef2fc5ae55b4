import { expect } from 'chai'
import { BackupClient, type MetadataJson } from '../../support/http-backup-client.ts'
import { jsonRequest, type HttpClient } from '../../support/http-client.ts'
import { backupPart, multipartRequest } from '../../support/http-multipart.ts'
import { useService } from '../../support/http-service.ts'
import { storageKinds } from '../../support/chosen-storage.ts'
import { PasskeyHolder, RELYING_PARTY } from '../../support/matrix-holders.ts'

/** JSON texts that are kept with a registration, as they are, for whoever owns the backup. */
const KEPT: readonly (readonly [title: string, member: string])[] = [
  ['__proto__', '"__proto__":{"polluted":true}'],
  ['__proto__ that is no object', '"__proto__":null'],
  ['constructor.prototype', '"constructor":{"prototype":{"polluted":true}}'],
  ['members of any object', '"toString":"x","hasOwnProperty":1,"valueOf":{},"toJSON":"x","then":"x"'],
  ['an empty name, and a NUL as a name', '"":1,"\\u0000":2'],
  ['names that are numbers', '"2":1,"1":2,"-0":3'],
  ['half a surrogate pair, as text and as name', '"a":"\\ud800","\\udfff":"b"'],
  ['a NUL, a byte order mark, and a non-character', '"a":"\\u0000\\ufeff\\uffff"'],
  ['text that is written backwards', '"a":"\\u202egnp.exe"'],
  ['line separators and closing tags', '"a":"\\u2028</script><!--"'],
  ['SQL, paths and templates', '"a":"\'; DROP TABLE backups; --","b":"../../etc/passwd","c":"${7*7}{{7*7}}%s%n"'],
  ['numbers that fit no double', '"a":9007199254740993,"b":0.1000000000000000055,"c":-0,"d":1e-400'],
  ['a number beyond any range', '"a":1e999'],
]

const LABELS = ['', '\0', '\u{1F512}'.repeat(512), '\ud800', '__proto__', '\ufeff', '\u2028', "'); --"]

for (const storage of storageKinds()) {
  describe(`What is kept and handed back, with storage ${storage}`, () => {
    const service = useService({
      variables: {
        ...(storage !== 'aws' && { STORAGE: storage }),
        WEBAUTHN_RP_ID: RELYING_PARTY.rpId,
        WEBAUTHN_ORIGINS: RELYING_PARTY.origin,
      },
    })
    const prototype = Reflect.ownKeys(Object.prototype)

    for (const [title, member] of KEPT) {
      it(`a registration with ${title}`, async () => {
        const owner = new BackupClient(service().http)
        const passkey = new PasskeyHolder()
        const { registration, text } = await creation(owner, passkey, member)
        const created = await owner.http.succeed<{ backupMetadata: MetadataJson }>(text)
        const expected: unknown = JSON.parse(JSON.stringify(registration)) // 1e999 has no other text than null
        for (const metadata of [created.backupMetadata, await owner.metadata(), await retrieved(owner.http, passkey)]) {
          const [factor] = metadata.factors as readonly { readonly kind: { readonly registration?: unknown } }[]
          expect(JSON.stringify(factor?.kind.registration)).to.equal(JSON.stringify(expected))
        }
        expect(Reflect.ownKeys(Object.prototype)).to.deep.equal(prototype)
      })
    }

    for (const label of LABELS) {
      it(`the label ${JSON.stringify(label.slice(0, 10))}`, async () => {
        const owner = new BackupClient(service().http)
        const passkey = new PasskeyHolder()
        await owner.http.succeed((await creation(owner, passkey, '"a":1', label)).text)
        const [factor] = (await owner.metadata()).factors as readonly { readonly kind: { readonly label?: string } }[]
        expect(factor?.kind.label).to.equal(label)
      })

      it(`an encrypted key of ${JSON.stringify(label.slice(0, 10))}`, async () => {
        const owner = new BackupClient(service().http)
        const key = { kind: 'TURNKEY', encryptedKey: `k${label}` }
        const named = { turnkeyAccountId: `a${label.slice(0, 100)}`, turnkeyUserId: `u${label.slice(0, 100)}` }
        const kept = { ...key, ...named, turnkeyPrivateKeyId: `p${label.slice(0, 100)}` }
        await owner.create({ payload: { initialEncryptionKey: { ...kept, __proto__x: 1, unknown: { any: 'thing' } } } })
        const { keys, factors } = await owner.metadata()
        expect(keys).to.deep.equal([kept])
        const removal = await owner.deleteFactorRequest(factors[0]!.id, 'MAIN', kept)
        expect((await owner.http.send(removal)).outcome, 'found by the same text').to.equal('200')
      })
    }

    it('a registration of more than 16 KiB or 16 levels is refused, and nothing is stored', async () => {
      for (const member of [`"a":"${'x'.repeat(16 * 1024)}"`, `"a":${'['.repeat(17)}${']'.repeat(17)}`]) {
        const owner = new BackupClient(service().http)
        const { text } = await creation(owner, new PasskeyHolder(), member)
        expect((await owner.http.send(text)).outcome).to.equal('400 webauthn_invalid_payload')
        expect((await owner.http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
      }
    })
  })
}

/** A creation whose registration has one more member, given as text. */
async function creation(owner: BackupClient, passkey: PasskeyHolder, member: string, label = 'phone') {
  const user = { name: 'somebody', displayName: 'Some Body', platform: 'IOS' }
  const { challenge, token } = await passkeyChallenge(owner.http, '/v1/create/challenge/passkey', user)
  const { credential } = passkey.register(challenge) as { readonly credential: object }
  const registration: unknown = JSON.parse(`{${member},${JSON.stringify(credential).slice(1)}`)
  const payload = JSON.stringify({
    ...(await owner.createPayload()),
    authorization: { kind: 'PASSKEY', credential: 'PLACE', label },
    challengeToken: token,
  }).replace('"PLACE"', () => `{${member},${JSON.stringify(credential).slice(1)}`)
  const part = { headers: ['Content-Disposition: form-data; name="payload"'], body: payload }
  return { registration, text: multipartRequest('/v1/create', [part, backupPart(owner.content)]) }
}

async function retrieved(http: HttpClient, passkey: PasskeyHolder): Promise<MetadataJson> {
  const { challenge, token } = await passkeyChallenge(http, '/v1/retrieve/challenge/passkey', {})
  const request = { authorization: passkey.prove(challenge), challengeToken: token }
  return (await http.succeed<{ metadata: MetadataJson }>(jsonRequest('/v1/retrieve/from-challenge', request))).metadata
}

async function passkeyChallenge(http: HttpClient, path: string, parameters: object) {
  const answer = await http.succeed<{ challenge: { publicKey: { challenge: string } }; token: string }>(
    jsonRequest(path, parameters),
  )
  return { challenge: answer.challenge.publicKey.challenge, token: answer.token }
}
