import { SYNC_FACTOR_TOKEN_LIFETIME } from '../../../../application/sync-factor-tokens.ts'
import type { EncryptedBackupKey } from '../../../../domain/encrypted-backup-key.ts'
import { factorId } from '../../../../domain/factor.ts'
import { factorsOf } from '../model/model-backup.ts'
import type { Desk } from './desk.ts'
import type { Request } from './request.ts'

/** @returns `undefined` when nobody is there to agree */
export async function buildAddFactor(desk: Desk): Promise<Request | undefined> {
  const { person, backup } = desk
  const existing = desk.mainFactor()
  const announceable = person.mains.filter((holder) => holder.announce() !== undefined)
  const fresh = desk.newMainFactor(announceable)
  const announcement = fresh.announce()
  if (announcement === undefined) return undefined
  const [forExistingFactor, forNewFactor] = await desk.announce(announcement)
  const old = existing.prove(forExistingFactor.challenge, desk.isCareless(0.1))
  const added = fresh.prove(forNewFactor.challenge, false)
  const lacking = backup?.keys.every(({ kind }) => kind !== fresh.encryptedKey.kind) ?? true
  const key = lacking || desk.isCareless(0.1) ? fresh.encryptedKey : undefined
  const command = {
    existingFactor: old.authorization,
    existingFactorToken: forExistingFactor.token,
    turnkeyActivity: undefined,
    newFactor: added.authorization,
    newFactorToken: forNewFactor.token,
    encryptedBackupKey: key,
    turnkeyProviderId: undefined,
  }
  return {
    kind: 'add-factor',
    intent: {
      kind: 'add-factor',
      by: { scope: 'MAIN', credential: existing.reference, counter: old.counter },
      added: fresh.reference,
      counter: added.counter,
      key,
    },
    target: person.id,
    proofs: [forExistingFactor.token, forNewFactor.token, ...old.nonces],
    oldestTokenAt: forNewFactor.issuedAt,
    text: `add-factor ${person.name} by ${existing.name}: ${fresh.name}${key === undefined ? '' : ` with key ${key.kind}`}`,
    send: async ({ addFactor }, { answered }) => {
      const { factorId, metadata } = await addFactor.execute(command)
      answered()
      return { factorId, metadata }
    },
  }
}

/** @returns `undefined` when nobody has a token */
export async function buildAddSyncFactor(desk: Desk): Promise<Request | undefined> {
  const { person, random, now } = desk
  const since = desk.isCareless(0.05) ? 0 : now - SYNC_FACTOR_TOKEN_LIFETIME * 1000
  const held = desk.tokens.filter(({ id, issuedAt }) => id === person.id && issuedAt > since)
  if (held.length === 0) return undefined
  // Each of them may have been used before.
  const right = random.pick(held)
  const { id, incarnation, mainFactorId } = right
  const device = desk.newSyncFactor()
  const { challenge, token, issuedAt } = await desk.challenge('keypair', { operation: 'add-sync-factor' })
  const { authorization } = device.prove(challenge)
  const command = { syncFactor: authorization, challengeToken: token, syncFactorToken: right.token }
  return {
    kind: 'add-sync-factor',
    intent: { kind: 'add-sync-factor', id, incarnation, mainFactorId, added: device.reference },
    target: id,
    proofs: [token, right.token],
    oldestTokenAt: Math.min(issuedAt, right.issuedAt),
    text: `add-sync-factor ${person.name}: ${device.name} by token ${desk.tokens.indexOf(right)}`,
    send: async ({ addSyncFactor }, { answered }) => {
      const answer = await addSyncFactor.execute(command)
      answered()
      return { id: answer }
    },
  }
}

/** @returns `undefined` when there is nothing to delete */
export async function buildDeleteFactor(desk: Desk): Promise<Request | undefined> {
  const { person, random, backup } = desk
  if (backup === undefined) return undefined
  // The last main factor takes everything with it.
  const scope = random.chance(backup.mainFactors.length > 1 ? 0.6 : 0.2) ? 'MAIN' : 'SYNC'
  const factors = factorsOf(backup, scope)
  if (factors.length === 0) return undefined
  const factor = random.pick(factors)
  const device = desk.syncFactor()
  const holder = desk.population.holder(factor.credential)
  const last =
    backup.mainFactors.filter(({ credential }) => kindOf(credential) === kindOf(factor.credential)).length === 1
  const encryptionKey: EncryptedBackupKey | undefined =
    (scope === 'MAIN' && last) || desk.isCareless(0.1) ? holder.encryptedKey : undefined
  const { challenge, token, issuedAt } = await desk.challenge('keypair', {
    operation: 'delete-factor',
    factorId: factorId(factor.id),
  })
  const { authorization } = device.prove(challenge)
  const command = { authorization, challengeToken: token, factorId: factorId(factor.id), scope, encryptionKey } as const
  const by = { scope: 'SYNC', credential: device.reference } as const
  return {
    kind: 'delete-factor',
    intent: { kind: 'delete-factor', by, factorId: factor.id, scope, key: encryptionKey },
    target: person.id,
    proofs: [token],
    oldestTokenAt: issuedAt,
    text: `delete-factor ${person.name} by ${device.name}: ${scope} ${holder.name}`,
    send: async ({ deleteFactor }, { answered }) => {
      const metadata = await deleteFactor.execute(command)
      answered()
      return { metadata: metadata ?? null }
    },
  }
}

function kindOf(credential: string): string | undefined {
  return credential.split('#')[0]
}
