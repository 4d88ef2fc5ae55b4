import { expect } from 'chai'
import { IssuerKey, LocalIssuer } from '../support/local-issuer.ts'
import type { KnownBackup } from '../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { outcomeOf, type MatrixClient } from '../support/matrix-client.ts'
import { KeypairHolder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'

const AUDIENCE = 'backup.example'
const BYPASS_TOKEN = 'for-developers-only'

const MODES = ['off', 'report', 'enforce'] as const

const ATTESTED = ['/retrieve/from-challenge', '/verify-factor', '/delete-factor', '/undelete'] as const
type AttestedPath = (typeof ATTESTED)[number]

interface Attestation {
  readonly title: string
  /** What is wrong with it. */
  readonly code?: string
  readonly token: (gateway: LocalIssuer, path: AttestedPath, body: object) => string | undefined
}

const ATTESTATIONS: readonly Attestation[] = [
  { title: 'no token', code: 'invalid_attestation_token_header', token: () => undefined },
  { title: 'two tokens', code: 'invalid_attestation_token_header', token: () => 'one, two' },
  { title: 'a valid token', token: (gateway, path, body) => attest(gateway, path, body) },
  {
    title: 'a token for another body',
    code: 'invalid_attestation_token_claim',
    token: (gateway, path, body) => attest(gateway, path, { ...body, challengeToken: 'another' }),
  },
  {
    title: 'a token for another path',
    code: 'invalid_attestation_token_claim',
    token: (gateway, path, body) =>
      attest(gateway, path === '/verify-factor' ? '/retrieve/from-challenge' : '/verify-factor', body),
  },
  {
    title: 'a token that has expired',
    code: 'invalid_attestation_token',
    token: (gateway, path, body) =>
      gateway.attestationToken({ audience: AUDIENCE, request: request(path, body), now: secondsAgo(301) }),
  },
  {
    title: 'a token by a key that is not the gateway’s',
    code: 'invalid_attestation_token',
    token: (gateway, path, body) => attest(gateway, path, body, new IssuerKey()),
  },
  { title: 'a token that is none', code: 'invalid_attestation_token', token: () => 'nonsense' },
  { title: 'the bypass token', token: () => BYPASS_TOKEN },
  { title: 'part of the bypass token', code: 'invalid_attestation_token', token: () => BYPASS_TOKEN.slice(0, -1) },
]

for (const mode of MODES) {
  describe(`attestation, mode ${mode}`, () => {
    let gateway: LocalIssuer
    let service: MatrixService
    let client: MatrixClient
    let backups: MatrixBackups
    let backup: KnownBackup

    before(async () => {
      gateway = await LocalIssuer.start()
      service = await MatrixService.start({
        environment: {
          ATTESTATION_MODE: mode,
          DELETION_GRACE_HOURS: '1',
          ATTESTATION_JWKS_URL: gateway.jwksUrl.href,
          ATTESTATION_ISSUER: gateway.name,
          ATTESTATION_AUDIENCE: AUDIENCE,
          ATTESTATION_BYPASS_TOKEN: BYPASS_TOKEN,
        },
      })
      client = service.client
      backups = new MatrixBackups(client)
      backup = await backups.create()
    })

    after(async () => {
      await service.stop()
      await gateway.stop()
    })

    for (const path of ATTESTED) {
      for (const { title, code, token } of ATTESTATIONS) {
        const refused = mode === 'enforce' && code !== undefined
        const reported = mode === 'report' ? code : undefined
        const outcome = refused ? 'is refused' : reported === undefined ? 'succeeds' : 'succeeds and is reported'

        it(`${path} with ${title} ${outcome}`, async () => {
          const body = await validBody(path)
          const answer = await client.post(path, body, headers(token(gateway, path, body)))

          expect(outcomeOf(answer)).to.equal(refused ? `400 ${code}` : '200')
          expect(answer.headers['attestation-failure']).to.equal(reported)
          if (refused) {
            // Nothing was used up: the same request succeeds once it is attested.
            expect(outcomeOf(await client.post(path, body, headers(attest(gateway, path, body))))).to.equal('200')
          }
        })
      }
    }

    it('asks the gateway for its keys only where they are needed', () => {
      // Once, and once more for a key that it does not have.
      expect(gateway.fetches).to.be.at.most(mode === 'off' ? 0 : 2)
    })

    it('wants nothing of the operations that are not attested', async () => {
      const other = await backups.create()
      await backups.addFactor(other.owner)
      await backups.metadata(other.device)
      await backups.sync(other)
      await backups.delete(other)
      const { account } = await backups.create()
      await backups.reset(account)
    })

    if (mode === 'report') {
      it('reports beside a refusal for another reason', async () => {
        const body = { ...(await backups.proof('verify-factor', backup.owner)), challengeToken: 'nonsense' }
        const answer = await client.post('/verify-factor', body)
        expect(outcomeOf(answer)).to.equal('400 jwt_error')
        expect(answer.headers['attestation-failure']).to.equal('invalid_attestation_token_header')
      })
    }

    if (mode === 'enforce') {
      it('refuses what is not attested before it looks at the proof', async () => {
        const body = { ...(await backups.proof('verify-factor', backup.owner)), challengeToken: 'nonsense' }
        expect(outcomeOf(await client.post('/verify-factor', body))).to.equal('400 invalid_attestation_token_header')
      })

      it('refuses a malformed request before it looks at the attestation', async () => {
        expect(outcomeOf(await client.post('/verify-factor', {}))).to.equal('400 invalid_payload')
      })
    }

    async function validBody(path: AttestedPath): Promise<object> {
      switch (path) {
        case '/retrieve/from-challenge':
          return backups.proof('retrieve', backup.owner)
        case '/verify-factor':
          return backups.proof('verify-factor', backup.owner)
        case '/undelete': {
          const deleted = await backups.create()
          await backups.delete(deleted)
          return backups.proof('undelete', deleted.owner)
        }
        case '/delete-factor': {
          // Removed factors count until that is final, so one backup would not do for all.
          const { owner, device } = await backups.create()
          const factorId = await backups.addFactor(owner, new KeypairHolder())
          const proof = await backups.deviceProof('delete-factor', device, { factorId })
          return { ...proof, factorId, scope: 'MAIN' }
        }
      }
    }
  })
}

function attest(gateway: LocalIssuer, path: AttestedPath, body: object, key = gateway.key): string {
  return gateway.attestationToken({ audience: AUDIENCE, request: request(path, body), key })
}

function request(path: AttestedPath, body: object) {
  return { method: 'POST', path: `/v1${path}`, body }
}

function headers(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined ? {} : { 'attestation-token': token }
}

function secondsAgo(seconds: number): number {
  return Math.floor(Date.now() / 1000) - seconds
}
