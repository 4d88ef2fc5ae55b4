import { expect } from 'chai'
import { LocalIssuer } from '../support/local-issuer.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { outcomeOf } from '../support/matrix-client.ts'
import { MatrixService } from '../support/matrix-service.ts'

const AUDIENCE = 'backup.example'

describe('attestation while the keys of the gateway cannot be had', () => {
  let gateway: LocalIssuer

  beforeEach(async () => {
    gateway = await LocalIssuer.start()
    gateway.answer = 'down'
  })

  afterEach(() => gateway.stop())

  const rows = [
    { mode: 'report', outcome: '200', reported: 'unavailable' },
    { mode: 'enforce', outcome: '503 unavailable', reported: undefined },
  ] as const

  for (const { mode, outcome, reported } of rows) {
    it(`mode ${mode}: answers ${outcome}`, async () => {
      const service = await MatrixService.start({
        environment: {
          ATTESTATION_MODE: mode,
          ATTESTATION_JWKS_URL: gateway.jwksUrl.href,
          ATTESTATION_ISSUER: gateway.name,
          ATTESTATION_AUDIENCE: AUDIENCE,
        },
      })
      try {
        const backups = new MatrixBackups(service.client)
        const { owner } = await backups.create()
        const body = await backups.proof('verify-factor', owner)
        const request = { method: 'POST', path: '/v1/verify-factor', body }
        const token = gateway.attestationToken({ audience: AUDIENCE, request })
        const answer = await service.client.post('/verify-factor', body, { 'attestation-token': token })
        expect(outcomeOf(answer)).to.equal(outcome)
        expect(answer.headers['attestation-failure']).to.equal(reported)
      } finally {
        await service.stop()
      }
    })
  }
})
