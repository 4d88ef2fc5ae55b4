import { announcedAccount, type AnnouncedFactor } from '../../application/announced-factor.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import { P256Keypair } from '../support/keypair.ts'
import { expectRefused } from './support/expectations.ts'
import { KeypairClient, type Login } from './support/factor-clients.ts'
import { FaultyRequest, type Fault } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'

/** Faults that either proof can have, in the order in which they are checked. */
const STAGES = [
  ['challenge token', 'jwt_error'],
  ['challenge type', 'unexpected_challenge_type'],
  ['context', 'invalid_challenge_context'],
  ['proof', 'signature_verification_error'],
] as const satisfies readonly (readonly [Fault, DomainErrorCode])[]

/** Faults of the two proofs that a request is made of. Under `first`, `policy` is a missing turnkeyProviderId. */
interface Faults {
  readonly first?: readonly Fault[]
  readonly second?: readonly Fault[]
}

type Send = () => Promise<unknown>

describe('The order of checks, where two proofs are wanted', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  /** The main factor, an account, and the sync factor. */
  async function create({ first = [], second = [] }: Faults): Promise<Send> {
    const main = await faulty(first)
    const { sign, token } = await main.issue({ operation: 'create' })
    const sync = await (await faulty(second)).answer(new P256Keypair(), { operation: 'create' })
    const command = {
      ...(await harness.createCommand()),
      authorization: harness.newAccountClient().prove(sign),
      challengeToken: token,
      initialSyncFactor: sync.authorization,
      initialSyncChallengeToken: sync.challengeToken,
      turnkeyProviderId: main.has('policy') ? undefined : 'turnkey provider',
    }
    return () => harness.application.createBackup.execute(command)
  }

  /** @param announced to the existing factor; the new one, an account, where absent */
  async function addFactor({ first = [], second = [] }: Faults, announced?: AnnouncedFactor): Promise<Send> {
    const [existing, fresh] = [await faulty(first), await faulty(second)]
    const login = harness.newAccountClient().logIn()
    const newFactor = await announcementOf(login)
    const agreement = await existing.issue({ operation: 'add-factor', newFactor: announced ?? newFactor }, 'any')
    const enrolment = await fresh.issue({ operation: 'add-factor-new-factor', newFactor })
    const agreeing = existing.has('lookup') ? new KeypairClient() : existing.backup.main
    const command = {
      existingFactor: agreeing.prove(agreement.sign),
      existingFactorToken: agreement.token,
      turnkeyActivity: undefined,
      newFactor: login.prove(enrolment.sign),
      newFactorToken: enrolment.token,
      encryptedBackupKey: undefined,
      turnkeyProviderId: existing.has('policy') ? undefined : 'turnkey provider',
    }
    return () => harness.application.addFactor.execute(command)
  }

  async function faulty(faults: readonly Fault[]): Promise<FaultyRequest> {
    return new FaultyRequest(harness, await harness.createBackup(), faults)
  }

  for (const [operation, prepare] of Object.entries({ create, 'add-factor': addFactor })) {
    const refuses = (title: string, code: DomainErrorCode, faults: Faults): void => {
      it(`${operation}: ${title} is ${code}`, async () => {
        await expectRefused(harness, await prepare(faults), code)
      })
    }

    it(`${operation}: a request without a fault succeeds`, async () => {
      const send = await prepare({})
      await send()
    })

    STAGES.forEach(([fault, code], index) => {
      for (const [later] of STAGES.slice(index + 1)) {
        refuses(`${fault} of the first, before ${later} of the second,`, code, { first: [fault], second: [later] })
        refuses(`${fault} of the second, before ${later} of the first,`, code, { first: [later], second: [fault] })
      }
      refuses(`${fault} of the first, before policy,`, code, { first: [fault, 'policy'] })
      refuses(`${fault} of the second, before policy,`, code, { first: ['policy'], second: [fault] })
    })

    const [first, second] = [['policy', 'consumption'], ['consumption']] as const
    refuses('policy, before consumption,', 'missing_turnkey_provider_id', { first, second })
  }

  it('add-factor: lookup, before policy, is backup_untraceable', async () => {
    await expectRefused(harness, await addFactor({ first: ['lookup', 'policy'] }), 'backup_untraceable')
  })

  const announcements: readonly (readonly [
    string,
    () => AnnouncedFactor | Promise<AnnouncedFactor>,
    Readonly<Record<(typeof STAGES)[number][0], DomainErrorCode>>,
  ])[] = [
    [
      // Once the first token is open, it is an authorization of another type than the operation is for.
      'another kind',
      () => ({ kind: 'EC_KEYPAIR', publicKey: new P256Keypair().publicKey }),
      {
        'challenge token': 'jwt_error',
        'challenge type': 'invalid_new_factor_type',
        context: 'invalid_new_factor_type',
        proof: 'invalid_new_factor_type',
      },
    ],
    [
      'another account',
      () => announcementOf(harness.newAccountClient().logIn()),
      {
        'challenge token': 'jwt_error',
        'challenge type': 'unexpected_challenge_type',
        context: 'invalid_challenge_context',
        proof: 'oidc_token_mismatch',
      },
    ],
  ]
  for (const [what, announce, codes] of announcements) {
    for (const [fault] of STAGES) {
      it(`add-factor: where ${what} was announced, and ${fault} of the second, is ${codes[fault]}`, async () => {
        await expectRefused(harness, await addFactor({ second: [fault] }, await announce()), codes[fault])
      })
    }
  }
})

function announcementOf({ idToken }: Login): Promise<AnnouncedFactor> {
  return announcedAccount(idToken)
}
