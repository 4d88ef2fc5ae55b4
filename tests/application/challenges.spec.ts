import { expect } from 'chai'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'
import { generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { challengeInBase64, type ChallengeType } from '../../application/challenge.ts'
import type { ChallengeContext } from '../../application/challenge-context.ts'
import { Challenges } from '../../application/challenges.ts'
import { unixSeconds } from '../../application/ports/clock.ts'
import { DomainError } from '../../domain/domain-error.ts'
import { factorId } from '../../domain/factor.ts'
import type { JsonObject } from '../../domain/json.ts'
import { AccountKeypair, P256Keypair } from '../support/keypair.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { refusalOf } from '../support/refusal.ts'
import { rejectionOf } from '../support/rejection.ts'
import { FOREIGN_CHALLENGE } from './support/faulty-requests.ts'

const CONTEXTS: readonly ChallengeContext[] = [
  { operation: 'create' },
  { operation: 'retrieve' },
  { operation: 'verify-factor' },
  { operation: 'add-sync-factor' },
  { operation: 'sync' },
  { operation: 'retrieve-metadata' },
  { operation: 'delete-backup' },
  { operation: 'undelete' },
  { operation: 'delete-factor', factorId: factorId('the one') },
  { operation: 'reset', backupId: new AccountKeypair().backupAccountId },
  { operation: 'add-factor', newFactor: { kind: 'EC_KEYPAIR', publicKey: new P256Keypair().publicKey } },
  { operation: 'add-factor-new-factor', newFactor: { kind: 'PASSKEY', creationChallenge: FOREIGN_CHALLENGE } },
]
const TYPES: readonly ChallengeType[] = ['keypair', 'passkey', 'any']

describe('Challenges', () => {
  let clock: ManualClock
  let sealer: JweTokenSealer
  let challenges: Challenges

  beforeEach(() => {
    clock = new ManualClock()
    sealer = new JweTokenSealer([generateKeyringEntry(new Date(clock.now()))])
    challenges = new Challenges(sealer, clock, new NodeRandom())
  })

  for (const context of CONTEXTS) {
    it(`gives back challenge and context of ${context.operation}`, async () => {
      const { challenge, token } = await challenges.issue('keypair', context)
      expect(await challenges.open(token, 'keypair', context.operation)).to.deep.include({ challenge, context })
    })

    it(`opens a challenge of ${context.operation} for no other operation`, async () => {
      const { token } = await challenges.issue('keypair', context)
      for (const { operation } of CONTEXTS.filter((other) => other !== context)) {
        expect(await refusalOf(challenges.open(token, 'keypair', operation))).to.equal('invalid_challenge_context')
      }
    })
  }

  for (const issued of TYPES) {
    for (const wanted of TYPES) {
      it(`${issued === wanted ? 'opens' : 'does not open'} a challenge of type ${issued} as ${wanted}`, async () => {
        const { token } = await challenges.issue(issued, { operation: 'sync' })
        const code = issued === wanted ? undefined : 'unexpected_challenge_type'
        expect(await refusalOf(challenges.open(token, wanted, 'sync'))).to.equal(code)
      })
    }
  }

  it('answers for the type before the operation', async () => {
    const { token } = await challenges.issue('passkey', { operation: 'sync' })
    expect(await refusalOf(challenges.open(token, 'keypair', 'create'))).to.equal('unexpected_challenge_type')
  })

  it('issues 32 bytes that never repeat', async () => {
    const issued = await Promise.all(
      Array.from({ length: 20 }, () => challenges.issue('keypair', { operation: 'sync' })),
    )
    expect(new Set(issued.map(({ challenge }) => challenge)).size).to.equal(20)
    expect(Buffer.from(issued[0]!.challenge, 'base64url')).to.have.lengthOf(32)
  })

  it('issues the challenge that it is given', async () => {
    const issued = await challenges.issue('passkey', { operation: 'create' }, FOREIGN_CHALLENGE)
    expect(issued.challenge).to.equal(FOREIGN_CHALLENGE)
    const opened = await challenges.open(issued.token, 'passkey', 'create')
    expect(opened.challenge).to.equal(FOREIGN_CHALLENGE)
  })

  it('opens a challenge in its last second, and not after it', async () => {
    const { token } = await challenges.issue('keypair', { operation: 'sync' })
    clock.advance(15 * 60_000 - 1000)
    await challenges.open(token, 'keypair', 'sync')
    clock.advance(1000)
    expect(await refusalOf(challenges.open(token, 'keypair', 'sync'))).to.equal('jwt_error')
  })

  it('consumes a challenge under one name, until an hour after it expires', async () => {
    const { token } = await challenges.issue('keypair', { operation: 'sync' })
    const { consumption } = await challenges.open(token, 'keypair', 'sync')
    expect(consumption.key).to.match(/^challenge#[0-9a-f-]{36}$/)
    expect(consumption.expiresAt).to.equal(unixSeconds(clock) + (15 + 60) * 60)
    clock.advance(60_000)
    expect((await challenges.open(token, 'keypair', 'sync')).consumption).to.deep.equal(consumption)
  })

  it('consumes two challenges with the same bytes under two names', async () => {
    const [first, second] = await Promise.all(
      [1, 2].map(async () => {
        const { token } = await challenges.issue('keypair', { operation: 'sync' }, FOREIGN_CHALLENGE)
        return challenges.open(token, 'keypair', 'sync')
      }),
    )
    expect(first!.consumption.key).to.not.equal(second!.consumption.key)
  })

  it('does not open what another service sealed', async () => {
    const others = new JweTokenSealer([generateKeyringEntry(new Date(clock.now()))])
    const { token } = await new Challenges(others, clock, new NodeRandom()).issue('keypair', { operation: 'sync' })
    expect(await refusalOf(challenges.open(token, 'keypair', 'sync'))).to.equal('jwt_error')
  })

  const late = async (): Promise<string> => {
    const { token } = await challenges.issue('keypair', { operation: 'sync' })
    clock.advance(15 * 60_000)
    return token
  }
  const foreign = async (): Promise<string> => {
    const others = new JweTokenSealer([generateKeyringEntry(new Date(clock.now()))])
    return (await new Challenges(others, clock, new NodeRandom()).issue('keypair', { operation: 'sync' })).token
  }
  const ofAnotherOperation = async (): Promise<string> => {
    return (await challenges.issue('keypair', { operation: 'create' })).token
  }
  const ofAnotherRelease = async (): Promise<string> => {
    const [issuedAt, id] = [unixSeconds(clock), new NodeRandom().uuid()]
    return sealer.seal({ purpose: 'challenge', id, issuedAt, expiresAt: issuedAt + 60, statement: { format: 2 } })
  }
  const reasons: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['has expired', late, 'the token has expired'],
    ['was sealed with another key', foreign, 'the token names a key that is not in CHALLENGE_KEYS'],
    ['is none', async () => 'nonsense', 'the token does not open: it was changed, is of another kind, or is none'],
    ['is of another operation', ofAnotherOperation, 'the challenge was issued for another operation'],
    ['is of another release', ofAnotherRelease, 'the token opens, but says what this release does not understand'],
  ]
  for (const [title, make, reason] of reasons) {
    it(`tells the operator that a token ${title}`, async () => {
      const refusal = await rejectionOf(challenges.open(await make(), 'keypair', 'sync'))
      expect(refusal).to.be.instanceOf(DomainError).with.nested.property('cause.message', reason)
    })
  }

  const valid = { format: 1, type: 'keypair', challenge: FOREIGN_CHALLENGE, context: { operation: 'sync' } } as const
  const statements: readonly (readonly [string, JsonObject, string | undefined])[] = [
    ['what it says itself', valid, undefined],
    ['no type', { format: 1, challenge: valid.challenge, context: valid.context }, 'jwt_error'],
    ['a challenge that is no text', { ...valid, challenge: 1 }, 'jwt_error'],
    ['the format of another release', { ...valid, format: 2 }, 'jwt_error'],
    ['no context', { format: 1, type: valid.type, challenge: valid.challenge }, 'jwt_error'],
    ['a context that is null', { ...valid, context: null }, 'jwt_error'],
    ['a context that is a text', { ...valid, context: 'sync' }, 'jwt_error'],
    ['a context without an operation', { ...valid, context: {} }, 'jwt_error'],
    ['an operation of another release', { ...valid, context: { operation: 'new' } }, 'invalid_challenge_context'],
    ['a type of another release', { ...valid, type: 'new' }, 'unexpected_challenge_type'],
  ]
  for (const [what, statement, code] of statements) {
    it(`answers ${code ?? 'with the challenge'} to a token of ours that says ${what}`, async () => {
      const issuedAt = unixSeconds(clock)
      const token = await sealer.seal({
        purpose: 'challenge',
        id: new NodeRandom().uuid(),
        issuedAt,
        expiresAt: issuedAt + 60,
        statement,
      })
      expect(await refusalOf(challenges.open(token, 'keypair', 'sync'))).to.equal(code)
    })
  }
})

describe('challengeInBase64', () => {
  it('writes the same bytes with the other alphabet and padding', () => {
    const bytes = Buffer.from('fbff'.repeat(16), 'hex')
    const { base64url, base64 } = { base64url: bytes.toString('base64url'), base64: bytes.toString('base64') }
    expect(challengeInBase64(base64url as Parameters<typeof challengeInBase64>[0])).to.equal(base64)
  })
})
