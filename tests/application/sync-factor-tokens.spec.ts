import { expect } from 'chai'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'
import { generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { Challenges } from '../../application/challenges.ts'
import { unixSeconds } from '../../application/ports/clock.ts'
import { SyncFactorTokens } from '../../application/sync-factor-tokens.ts'
import type { JsonObject } from '../../domain/json.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { refusalOf } from '../support/refusal.ts'
import { rejectionOf } from '../support/rejection.ts'
import { sampleBackup } from '../support/sample-backups.ts'

describe('SyncFactorTokens', () => {
  const backup = sampleBackup()
  const { id: backupId, incarnation } = backup.state
  const mainFactorId = backup.state.mainFactors[0]!.id
  let clock: ManualClock
  let sealer: JweTokenSealer
  let tokens: SyncFactorTokens

  beforeEach(() => {
    clock = new ManualClock()
    sealer = new JweTokenSealer([generateKeyringEntry(new Date(clock.now()))])
    tokens = new SyncFactorTokens(sealer, clock, new NodeRandom())
  })

  it('name the backup, its incarnation and the main factor that obtained them', async () => {
    const token = await tokens.issue(backup, mainFactorId)
    expect(await tokens.open(token)).to.deep.include({ backupId, incarnation, mainFactorId })
  })

  it('open where an earlier release sealed them, which did not name the main factor', async () => {
    const opened = await tokens.open(await sealed({ backupId, incarnation }))
    expect(opened).to.deep.include({ backupId, incarnation, mainFactorId: undefined })
  })

  it('open in their last second, and expire after it', async () => {
    const token = await tokens.issue(backup, mainFactorId)
    clock.advance(15 * 60_000 - 1000)
    await tokens.open(token)
    clock.advance(1000)
    expect(await refusalOf(tokens.open(token))).to.equal('token_expired')
  })

  it('are consumed each under a name of its own, until an hour after they expire', async () => {
    const [first, second] = await Promise.all([tokens.issue(backup, mainFactorId), tokens.issue(backup, mainFactorId)])
    const { consumption } = await tokens.open(first)
    expect(consumption.key).to.match(/^sync-factor-token#[0-9a-f-]{36}$/)
    expect(consumption.expiresAt).to.equal(unixSeconds(clock) + (15 + 60) * 60)
    expect((await tokens.open(first)).consumption).to.deep.equal(consumption)
    expect((await tokens.open(second)).consumption.key).to.not.equal(consumption.key)
  })

  it('are no challenge tokens, nor the other way round', async () => {
    const challenges = new Challenges(sealer, clock, new NodeRandom())
    const { token } = await challenges.issue('keypair', { operation: 'add-sync-factor' })
    expect(await refusalOf(tokens.open(token))).to.equal('token_not_found')
    const syncFactorToken = await tokens.issue(backup, mainFactorId)
    expect(await refusalOf(challenges.open(syncFactorToken, 'keypair', 'add-sync-factor'))).to.equal('jwt_error')
  })

  it('of another service are not found, late or not', async () => {
    const others = new JweTokenSealer([generateKeyringEntry(new Date(clock.now()))])
    const token = await new SyncFactorTokens(others, clock, new NodeRandom()).issue(backup, mainFactorId)
    expect(await refusalOf(tokens.open(token))).to.equal('token_not_found')
    const reason = 'the token names a key that is not in CHALLENGE_KEYS'
    expect(await rejectionOf(tokens.open(token))).to.have.nested.property('cause.message', reason)
    clock.advance(15 * 60_000)
    expect(await refusalOf(tokens.open(token))).to.equal('token_not_found')
  })

  const statements: readonly (readonly [string, JsonObject])[] = [
    ['no backup', { incarnation }],
    ['no incarnation', { backupId }],
    ['a backup that is no text', { backupId: 1, incarnation }],
    ['an incarnation that is no text', { backupId, incarnation: null }],
    ['a main factor that is no text', { backupId, incarnation, mainFactorId: 1 }],
  ]
  for (const [what, statement] of statements) {
    it(`are not found when they name ${what}`, async () => {
      expect(await refusalOf(tokens.open(await sealed(statement)))).to.equal('token_not_found')
    })
  }

  function sealed(statement: JsonObject): Promise<string> {
    const issuedAt = unixSeconds(clock)
    const id = new NodeRandom().uuid()
    return sealer.seal({ purpose: 'sync-factor', id, issuedAt, expiresAt: issuedAt + 60, statement })
  }
})
