import { expect } from 'chai'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import { newContent, type CreatedBackup } from '../support/application-harness.ts'
import { P256Keypair } from '../support/keypair.ts'
import { expectIntact, expectRefused, outcomesOf } from './support/expectations.ts'
import { keypairAuthorization, KeypairClient, PasskeyClient, type FactorClient } from './support/factor-clients.ts'
import { FaultyRequest } from './support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from './support/open-harness.ts'
import { operationsWith, type Operation } from './support/operations.ts'

type Request = () => Promise<unknown>

const PARALLEL = 8

for (const deletionGrace of [0, 3600]) {
  describe(`A proof works once, with ${deletionGrace} seconds to undo a deletion`, () =>
    describeSingleUse(deletionGrace))
}

function describeSingleUse(deletionGrace: number): void {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness({ deletionGrace })
    backup = await harness.createBackup()
  })

  /** What the second of two equal requests is told: that it was used, or that the first one has left nothing to do. */
  const replays: Readonly<Record<Operation['name'], DomainErrorCode>> = {
    create: 'backup_account_id_already_exists',
    retrieve: 'already_used',
    'verify-factor': 'already_used',
    'add-sync-factor': 'factor_already_exists',
    'add-factor': 'factor_already_exists',
    'add-factor-new-factor': 'factor_already_exists',
    sync: 'manifest_hash_mismatch',
    'retrieve-metadata': 'already_used',
    'delete-factor': 'backup_untraceable',
    'delete-backup': 'backup_untraceable',
    undelete: 'nothing_to_undelete',
    reset: 'not_found',
  }
  for (const { name, prepare } of operationsWith(deletionGrace)) {
    it(`${name}: the same request again is ${replays[name]}`, async () => {
      const send = await prepare(new FaultyRequest(harness, backup))
      await send()
      await expectRefused(harness, send, replays[name])
    })

    it(`${name}: of ${PARALLEL} equal requests at once one succeeds`, async () => {
      const send = await prepare(new FaultyRequest(harness, backup))
      const effects = harness.index.effects
      harness.index.gatherNextCommits(PARALLEL)
      const outcomes = await outcomesOf(Array.from({ length: PARALLEL }, send))
      expect(outcomes.filter((outcome) => outcome === 'done')).to.have.lengthOf(1)
      expect(harness.index.effects).to.equal(effects + 1)
    })
  }

  /** Requests that share a proof and nothing else, so that only its use stands against all but one. */
  const sharings: readonly (readonly [string, (count: number) => Promise<readonly Request[]>])[] = [
    ['the challenge of a first keypair', (count) => creationsSharing('keypair', () => new KeypairClient(), count)],
    ['the challenge of a first passkey', (count) => creationsSharing('passkey', () => new PasskeyClient(), count)],
    [
      'the challenge of a first account',
      (count) => creationsSharing('keypair', () => harness.newAccountClient(), count),
    ],
    [
      'the challenge of a first sync factor',
      async (count) => {
        const shared = await harness.application.challenges.issue('keypair', { operation: 'create' })
        return times(count, async () => {
          const command = await harness.createCommand()
          const initialSyncFactor = keypairAuthorization(new P256Keypair(), shared.challenge)
          const sharing = { ...command, initialSyncFactor, initialSyncChallengeToken: shared.token }
          return () => harness.application.createBackup.execute(sharing)
        })
      },
    ],
    [
      'a retrieve challenge, answered by different factors',
      async (count) => {
        const shared = await harness.application.challenges.issue('keypair', { operation: 'retrieve' })
        return times(count, async () => {
          const { main } = await harness.createBackup()
          const command = { authorization: main.prove(shared.challenge), challengeToken: shared.token }
          return () => harness.application.retrieveBackup.execute(command)
        })
      },
    ],
    [
      'the challenge of an add-sync-factor',
      async (count) => {
        const shared = await harness.application.challenges.issue('keypair', { operation: 'add-sync-factor' })
        return times(count, async () => {
          const { syncFactorToken } = await harness.retrieve(backup.main)
          const syncFactor = keypairAuthorization(new P256Keypair(), shared.challenge)
          const command = { syncFactor, challengeToken: shared.token, syncFactorToken }
          return () => harness.application.addSyncFactor.execute(command)
        })
      },
    ],
    [
      'a sync factor token',
      async (count) => {
        const { syncFactorToken } = await harness.retrieve(backup.main)
        return times(count, async () => {
          const answer = await harness.deviceAnswer(new P256Keypair(), { operation: 'add-sync-factor' })
          const command = { syncFactor: answer.authorization, challengeToken: answer.challengeToken, syncFactorToken }
          return () => harness.application.addSyncFactor.execute(command)
        })
      },
    ],
    [
      'the announcement of a passkey, answered by different passkeys',
      async (count) => {
        const announced = await harness.application.announceFactor.execute(new PasskeyClient().announce())
        return times(count, async () => {
          const command = {
            existingFactor: backup.main.prove(announced.forExistingFactor.challenge),
            existingFactorToken: announced.forExistingFactor.token,
            turnkeyActivity: undefined,
            newFactor: new PasskeyClient().enrol(announced.forNewFactor.challenge),
            newFactorToken: announced.forNewFactor.token,
            encryptedBackupKey: undefined,
            turnkeyProviderId: undefined,
          }
          return () => harness.application.addFactor.execute(command)
        })
      },
    ],
    [
      'a sync challenge, answered for different backups',
      async (count) => {
        const shared = await harness.application.challenges.issue('keypair', { operation: 'sync' })
        return times(count, async () => {
          const other = await harness.createBackup()
          const command = {
            ...(await harness.syncCommand(other, newContent())),
            authorization: keypairAuthorization(other.device, shared.challenge),
            challengeToken: shared.token,
          }
          return () => harness.application.syncBackup.execute(command)
        })
      },
    ],
    [
      'a delete-backup challenge, answered for different backups',
      async (count) => {
        const shared = await harness.application.challenges.issue('keypair', { operation: 'delete-backup' })
        return times(count, async () => {
          const { device } = await harness.createBackup()
          const authorization = keypairAuthorization(device, shared.challenge)
          return () => harness.application.deleteBackup.execute({ authorization, challengeToken: shared.token })
        })
      },
    ],
  ]
  for (const [proof, prepare] of sharings) {
    it(`${proof}: the second use is already_used`, async () => {
      const [first, second] = await prepare(2)
      await first!()
      await expectRefused(harness, second!, 'already_used')
    })

    it(`${proof}: of ${PARALLEL} uses at once one takes effect, the others are already_used`, async () => {
      const requests = await prepare(PARALLEL)
      const effects = harness.index.effects
      harness.index.gatherNextCommits(PARALLEL)
      const outcomes = await outcomesOf(requests.map((request) => request()))
      expect(outcomes).to.deep.equal([...Array<string>(PARALLEL - 1).fill('already_used'), 'done'])
      expect(harness.index.effects).to.equal(effects + 1)
    })
  }

  async function creationsSharing(
    type: 'keypair' | 'passkey',
    newMain: () => FactorClient,
    count: number,
  ): Promise<readonly Request[]> {
    const shared = await harness.application.challenges.issue(type, { operation: 'create' })
    return times(count, async () => {
      const command = await harness.createCommand()
      const sharing = { ...command, authorization: newMain().enrol(shared.challenge), challengeToken: shared.token }
      return () => harness.application.createBackup.execute(sharing)
    })
  }

  it('the challenge of a reset: the backup created after it is safe from a replay', async () => {
    const command = await harness.resetCommand(backup.account)
    await harness.application.resetBackup.execute(command)
    const again = await harness.createBackup({ account: backup.account })
    await expectRefused(harness, () => harness.application.resetBackup.execute(command), 'already_used')
    await expectIntact(harness, again)
  })

  it('the challenge of a delete-factor: the same factor cannot be deleted twice with it', async () => {
    const factorId = await harness.addFactor(backup, new KeypairClient())
    const command = await harness.deleteFactorCommand(backup.device, factorId, 'MAIN')
    await harness.application.deleteFactor.execute(command)
    await expectRefused(harness, () => harness.application.deleteFactor.execute(command), 'factor_not_found')
  })
}

async function times<Item>(count: number, make: () => Promise<Item>): Promise<readonly Item[]> {
  return Promise.all(Array.from({ length: count }, make))
}
