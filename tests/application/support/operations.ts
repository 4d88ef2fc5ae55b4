import type { ChallengeContext } from '../../../application/challenge-context.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import { factorId } from '../../../domain/factor.ts'
import { manifestHashOf, newContent } from '../../support/application-harness.ts'
import { AccountKeypair, P256Keypair } from '../../support/keypair.ts'
import { keypairAuthorization, KeypairClient } from './factor-clients.ts'
import type { Fault, FaultyRequest } from './faulty-requests.ts'

/** One operation of the service, as a client of a backup whose main factor is a keypair calls it. */
export interface Operation {
  readonly name: ChallengeContext['operation']
  /** What each fault that this operation can have is answered with. */
  readonly refusals: Readonly<Partial<Record<Fault, DomainErrorCode>>>
  /** @returns the request, ready to be sent, any number of times */
  readonly prepare: (request: FaultyRequest) => Promise<() => Promise<unknown>>
}

const CHALLENGE_FAULTS = {
  'challenge token': 'jwt_error',
  'challenge type': 'unexpected_challenge_type',
  context: 'invalid_challenge_context',
  proof: 'signature_verification_error',
  consumption: 'already_used',
} as const

const SYNC_FACTOR_FAULTS = {
  ...CHALLENGE_FAULTS,
  'authorization type': 'invalid_authorization_type',
  lookup: 'backup_untraceable',
} as const

const OPERATIONS: readonly Operation[] = [
  {
    name: 'create',
    refusals: {
      ...CHALLENGE_FAULTS,
      'authorization type': 'invalid_sync_factor_type',
      policy: 'backup_account_id_already_exists',
    },
    prepare: async (request) => {
      const { harness, backup } = request
      const account = request.has('policy') ? backup.account : new AccountKeypair()
      const command = await harness.createCommand({ account })
      const { sign, token } = await request.issue({ operation: 'create' })
      const sync = await request.answer(new P256Keypair(), { operation: 'create' })
      const faulty = {
        ...command,
        authorization: keypairAuthorization(new P256Keypair(), sign),
        challengeToken: token,
        initialSyncFactor: sync.authorization,
        initialSyncChallengeToken: sync.challengeToken,
      }
      return () => harness.application.createBackup.execute(faulty)
    },
  },
  {
    name: 'retrieve',
    refusals: { ...CHALLENGE_FAULTS, lookup: 'backup_untraceable' },
    prepare: async (request) => {
      const command = await request.answer(mainKeypair(request), { operation: 'retrieve' })
      return async () => (await request.harness.application.retrieveBackup.execute(command)).blob.close()
    },
  },
  {
    name: 'verify-factor',
    refusals: { ...CHALLENGE_FAULTS, lookup: 'backup_untraceable' },
    prepare: async (request) => {
      const command = await request.answer(mainKeypair(request), { operation: 'verify-factor' })
      return () => request.harness.application.verifyFactor.execute(command)
    },
  },
  {
    name: 'add-sync-factor',
    refusals: {
      ...CHALLENGE_FAULTS,
      'authorization type': 'invalid_sync_factor_type',
      'sync factor token': 'token_not_found',
      lookup: 'backup_missing',
      policy: 'factor_already_exists',
    },
    prepare: async (request) => {
      const { harness, backup } = request
      const { syncFactorToken } = await harness.retrieve(backup.main)
      const device = request.has('policy') ? backup.device : new P256Keypair()
      const { authorization, challengeToken } = await request.answer(device, { operation: 'add-sync-factor' })
      if (request.has('lookup')) await harness.deleteBackup(backup)
      const token = request.has('sync factor token') ? 'nonsense' : syncFactorToken
      const command = { syncFactor: authorization, challengeToken, syncFactorToken: token }
      return () => harness.application.addSyncFactor.execute(command)
    },
  },
  {
    name: 'add-factor',
    refusals: {
      ...CHALLENGE_FAULTS,
      lookup: 'backup_untraceable',
      policy: 'only_one_encryption_key_per_type_allowed',
    },
    prepare: async (request) => {
      const { harness, backup } = request
      const fresh = new KeypairClient()
      const newFactor = { kind: 'EC_KEYPAIR', publicKey: fresh.keypair.publicKey } as const
      const { sign, token } = await request.issue({ operation: 'add-factor', newFactor }, 'any')
      const context = { operation: 'add-factor-new-factor', newFactor } as const
      const proof = await harness.deviceAnswer(fresh.keypair, context)
      const command = {
        existingFactor: keypairAuthorization(mainKeypair(request), sign),
        existingFactorToken: token,
        turnkeyActivity: undefined,
        newFactor: proof.authorization,
        newFactorToken: proof.challengeToken,
        encryptedBackupKey: request.has('policy') ? backup.main.encryptedKey : undefined,
        turnkeyProviderId: undefined,
      }
      return () => harness.application.addFactor.execute(command)
    },
  },
  {
    name: 'sync',
    refusals: { ...SYNC_FACTOR_FAULTS, policy: 'manifest_hash_mismatch' },
    prepare: async (request) => {
      const { harness, backup } = request
      const current = request.has('policy') ? newContent() : backup.content
      const command = {
        ...(await harness.syncCommand(backup, newContent())),
        ...(await request.answer(deviceKeypair(request), { operation: 'sync' })),
        currentManifestHash: manifestHashOf(current),
      }
      return () => harness.application.syncBackup.execute(command)
    },
  },
  {
    name: 'retrieve-metadata',
    refusals: SYNC_FACTOR_FAULTS,
    prepare: async (request) => {
      const answer = await request.answer(deviceKeypair(request), { operation: 'retrieve-metadata' })
      const command = { ...answer, backupId: undefined }
      return () => request.harness.application.retrieveMetadata.execute(command)
    },
  },
  {
    name: 'delete-factor',
    refusals: { ...SYNC_FACTOR_FAULTS, policy: 'factor_not_found' },
    prepare: async (request) => {
      const { harness, backup } = request
      const id = request.has('policy') ? factorId('no factor of this backup') : backup.mainFactorId
      const answer = await request.answer(deviceKeypair(request), { operation: 'delete-factor', factorId: id })
      const command = { ...answer, factorId: id, scope: 'MAIN', encryptionKey: undefined } as const
      return () => harness.application.deleteFactor.execute(command)
    },
  },
  {
    name: 'delete-backup',
    refusals: SYNC_FACTOR_FAULTS,
    prepare: async (request) => {
      const command = await request.answer(deviceKeypair(request), { operation: 'delete-backup' })
      return () => request.harness.application.deleteBackup.execute(command)
    },
  },
  {
    name: 'undelete',
    refusals: { ...CHALLENGE_FAULTS, lookup: 'backup_untraceable', policy: 'nothing_to_undelete' },
    prepare: async (request) => {
      if (!request.has('policy')) await request.harness.deleteBackup(request.backup)
      const command = await request.answer(mainKeypair(request), { operation: 'undelete' })
      return () => request.harness.application.undelete.execute(command)
    },
  },
  {
    name: 'reset',
    refusals: { ...CHALLENGE_FAULTS, proof: 'invalid_signature', lookup: 'not_found' },
    prepare: async (request) => {
      const account = request.has('lookup') ? new AccountKeypair() : request.backup.account
      const backupId = account.backupAccountId
      const { sign, token } = await request.issue({ operation: 'reset', backupId })
      const command = { backupId, challengeToken: token, signature: account.sign(sign) }
      return () => request.harness.application.resetBackup.execute(command)
    },
  },
]

/** All that there are with this many seconds to undo deletions; they are refused alike with and without. */
export function operationsWith(deletionGrace: number): readonly Operation[] {
  return OPERATIONS.filter(({ name }) => deletionGrace > 0 || name !== 'undelete')
}

function mainKeypair(request: FaultyRequest): P256Keypair {
  const { main } = request.backup
  if (!(main instanceof KeypairClient)) throw new Error('these requests are for owners with a keypair')
  return request.has('lookup') ? new P256Keypair() : main.keypair
}

function deviceKeypair(request: FaultyRequest): P256Keypair {
  return request.has('lookup') ? new P256Keypair() : request.backup.device
}
