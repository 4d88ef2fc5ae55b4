import fc from 'fast-check'
import type { BackupState } from '../../../domain/backup-state.ts'
import type { Credential, EcKeypairCredential } from '../../../domain/credential.ts'
import type { Deletion } from '../../../domain/deletion.ts'
import type { EncryptedBackupKey } from '../../../domain/encrypted-backup-key.ts'
import type { Factor, FactorScope } from '../../../domain/factor.ts'
import { serves } from './backup-model.ts'
import type { BackupOperation } from './backup-operations.ts'
import { backupState, manifestHash, sealedBlob } from './backups.ts'
import { iCloudKey, prfKey, turnkeyKey } from './encrypted-keys.ts'
import { ecKeypair, factor, nthFactorId, oidcAccount, passkey } from './factors.ts'

/** By the nth sync factor, or by one that is gone. */
export interface PlannedDeletion {
  readonly nthFactor: number
  readonly recoverableUntil: number
}

/** An operation to be, as data. What it names of a state (a factor, a key, a hash) it names by place. */
export type Step =
  | { readonly kind: 'add main'; readonly credential: Credential; readonly key: EncryptedBackupKey | undefined }
  | { readonly kind: 'add sync'; readonly credential: EcKeypairCredential }
  | {
      readonly kind: 'remove'
      readonly scope: FactorScope
      /** In the list of the scope, then in the other, then nowhere. */
      readonly nthFactor: number
      readonly key: 'none' | 'its own' | number | EncryptedBackupKey
      /** `undefined` for a removal that is final at once. */
      readonly deletion: PlannedDeletion | undefined
    }
  | { readonly kind: 'delete'; readonly deletion: PlannedDeletion }
  | { readonly kind: 'undelete' | 'drop what is final'; readonly at: number }
  | {
      readonly kind: 'sync'
      readonly from: 'current' | 'other'
      readonly to: number
      /** 0 is the current blob. */
      readonly nthBlob: number
      readonly history: number
    }
  | { readonly kind: 'count'; readonly credentialId: string; readonly counter: number }

/** A backup to start from, and what happens to it. */
export interface BackupHistory {
  readonly start: BackupState
  readonly steps: readonly Step[]
}

// Few enough credentials that they meet again, enough of them to fill both lists.
const PASSKEYS = [1, 2, 3, 4, 5, 6]
const SUBJECTS = [1, 2, 3]
const MAIN_KEYPAIRS = [1, 2, 3, 4, 5, 6]
const SYNC_KEYPAIRS = Array.from({ length: 34 }, (_, index) => index + 4)

const labels = fc.constantFrom(null, 'phone')
const addresses = fc.constantFrom('', 'jo***@example.org')
const counters = fc.nat({ max: 5 })

const passkeys = fc
  .tuple(fc.constantFrom(...PASSKEYS), labels, counters)
  .map(([n, label, signatureCounter]) => passkey(n, { label, signatureCounter }))
const accounts = fc
  .tuple(fc.constantFrom(...SUBJECTS), fc.constantFrom('GOOGLE', 'APPLE'), addresses)
  .map(([n, provider, maskedEmail]) => oidcAccount(n, { provider, maskedEmail }))
const mainCredentials: fc.Arbitrary<Credential> = fc.oneof(
  passkeys,
  accounts,
  fc.constantFrom(...MAIN_KEYPAIRS).map(ecKeypair),
)
const syncCredentials = fc.constantFrom(...SYNC_KEYPAIRS).map(ecKeypair)

const texts = fc.constantFrom('a', 'b')
const keys: fc.Arbitrary<EncryptedBackupKey> = fc.oneof(
  texts.map(prfKey),
  texts.map(iCloudKey),
  fc.tuple(texts, texts).map(([encryptedKey, turnkeyAccountId]) => turnkeyKey({ encryptedKey, turnkeyAccountId })),
)

const startingMain = (minLength: number, maxLength: number) =>
  fc.uniqueArray(mainCredentials, { minLength, maxLength, selector: text, size: 'max' })

const starts: fc.Arbitrary<BackupState> = fc
  .record({
    main: fc.oneof(startingMain(1, 3), startingMain(1, 10), startingMain(9, 10)),
    sync: fc.oneof(
      fc.shuffledSubarray(SYNC_KEYPAIRS, { maxLength: 2 }),
      fc.shuffledSubarray(SYNC_KEYPAIRS, { maxLength: 25 }),
      fc.shuffledSubarray(SYNC_KEYPAIRS, { minLength: 24, maxLength: 25 }),
    ),
    keys: fc.uniqueArray(keys, { maxLength: 3, selector: ({ kind }) => kind }),
  })
  .map(({ main, sync, keys }) =>
    backupState({
      mainFactors: main.map((credential, index) => factor(1000 + index, credential)),
      syncFactors: sync
        .map(ecKeypair)
        .filter((keypair) => !main.map(text).includes(text(keypair)))
        .map((keypair, index) => factor(2000 + index, keypair)),
      keys,
    }),
  )

const addMain: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('add main'),
  credential: mainCredentials,
  key: fc.option(keys, { nil: undefined }),
})

const addSync: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('add sync'), credential: syncCredentials })

// Few moments, before and after any factor is added, so that some deletions are final and some are not.
const times = fc.constantFrom(0, 1, 2_000_000_000, 2_000_000_001, 2_000_000_002)
const deletions = fc.record({ nthFactor: fc.nat({ max: 3 }), recoverableUntil: times })

const remove: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('remove'),
  scope: fc.constantFrom('MAIN', 'MAIN', 'SYNC'),
  nthFactor: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 4 }) }, { weight: 1, arbitrary: fc.nat({ max: 40 }) }),
  key: fc.oneof(
    { weight: 3, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: fc.constant('its own' as const) },
    { weight: 2, arbitrary: fc.nat({ max: 2 }) },
    { weight: 1, arbitrary: keys },
  ),
  deletion: fc.option(deletions, { nil: undefined }),
})

const undelete: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('undelete'), at: times })

const endings: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('delete'), deletion: deletions }),
  undelete,
  undelete,
  fc.record({ kind: fc.constant('drop what is final'), at: times }),
)

const sync: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('sync'),
  from: fc.constantFrom('current', 'current', 'current', 'other'),
  to: fc.nat({ max: 3 }),
  nthBlob: fc.constantFrom(0, 0, 0, 1),
  history: fc.constantFrom(0, 1, 1, 3),
})

const count: fc.Arbitrary<Step> = fc.record({
  kind: fc.constant('count'),
  credentialId: fc.constantFrom(...PASSKEYS).map((n) => passkey(n).credentialId),
  counter: counters,
})

const growing = fc.oneof(
  { weight: 4, arbitrary: addMain },
  { weight: 3, arbitrary: addSync },
  { weight: 2, arbitrary: remove },
  { weight: 2, arbitrary: sync },
  { weight: 2, arbitrary: count },
  { weight: 1, arbitrary: endings },
)
const shrinking = fc.oneof(
  { weight: 1, arbitrary: growing },
  { weight: 4, arbitrary: remove },
  { weight: 1, arbitrary: endings },
)

export const backupHistories: fc.Arbitrary<BackupHistory> = fc.record({
  start: starts,
  steps: fc.oneof(
    fc.array(growing, { minLength: 1, maxLength: 40, size: 'max' }),
    fc.array(shrinking, { minLength: 1, maxLength: 40, size: 'max' }),
  ),
})

/**
 * @param n tells the factors and blobs of one history apart
 * @returns `undefined` for what nobody does with a backup that counts as deleted
 */
export function operationOf(step: Step, state: BackupState, n: number): BackupOperation | undefined {
  if (state.deletion !== undefined && step.kind !== 'undelete' && step.kind !== 'drop what is final') return undefined
  switch (step.kind) {
    case 'add main':
      return { kind: step.kind, factor: factor(n, step.credential), key: step.key }
    case 'add sync':
      return { kind: step.kind, factor: factor(n, step.credential) }
    case 'remove': {
      const { mainFactors, syncFactors, keys } = state
      const lists = step.scope === 'MAIN' ? [mainFactors, syncFactors] : [syncFactors, mainFactors]
      const named = lists.flat()[step.nthFactor]
      const key = keyOf(step.key, keys, named)
      const factorId = named?.id ?? nthFactorId(9999)
      const deletion = step.deletion && deletionOf(step.deletion, state)
      return { kind: step.kind, removal: { scope: step.scope, factorId, key }, deletion }
    }
    case 'sync': {
      const { from, to, nthBlob, history } = step
      const base = [state.blob, ...state.supersededBlobs][nthBlob] ?? sealedBlob(9999)
      return {
        kind: step.kind,
        change: {
          base,
          from: from === 'current' ? state.manifestHash : manifestHash(9999),
          to: manifestHash(to),
          blob: sealedBlob(n),
          history,
        },
      }
    }
    case 'delete':
      return { kind: step.kind, deletion: deletionOf(step.deletion, state) }
    case 'undelete':
    case 'drop what is final':
    case 'count':
      return step
  }
}

function deletionOf({ nthFactor, recoverableUntil }: PlannedDeletion, { syncFactors }: BackupState): Deletion {
  return { deletedBy: syncFactors[nthFactor]?.id ?? nthFactorId(9998), recoverableUntil }
}

function keyOf(
  key: (Step & { readonly kind: 'remove' })['key'],
  keys: readonly EncryptedBackupKey[],
  factor: Factor | undefined,
): EncryptedBackupKey | undefined {
  if (key === 'none') return undefined
  if (key === 'its own') return keys.find(({ kind }) => factor !== undefined && serves(kind, factor.credential.kind))
  return typeof key === 'number' ? keys[key] : key
}

function text(credential: Credential): string {
  switch (credential.kind) {
    case 'PASSKEY':
      return `passkey ${credential.credentialId}`
    case 'OIDC_ACCOUNT':
      return `account ${credential.subject} at ${credential.provider}`
    case 'EC_KEYPAIR':
      return `keypair ${credential.publicKey}`
  }
}
