import { accountPublicKey } from '../../../../domain/backup-id.ts'
import { digestSignature } from '../fakes/digest-signatures.ts'
import type { Desk } from './desk.ts'
import type { Request } from './request.ts'

export async function buildDeleteBackup(desk: Desk): Promise<Request> {
  const { person } = desk
  const device = desk.syncFactor()
  const { challenge, token, issuedAt } = await desk.challenge('keypair', { operation: 'delete-backup' })
  const { authorization } = device.prove(challenge)
  return {
    kind: 'delete-backup',
    intent: { kind: 'delete-backup', by: { scope: 'SYNC', credential: device.reference } },
    target: person.id,
    proofs: [token],
    oldestTokenAt: issuedAt,
    text: `delete-backup ${person.name} by ${device.name}`,
    send: async ({ deleteBackup }, { answered }) => {
      await deleteBackup.execute({ authorization, challengeToken: token })
      answered()
      return {}
    },
  }
}

export async function buildUndelete(desk: Desk): Promise<Request> {
  const { person } = desk
  const holder = desk.undeletingFactor()
  const { challenge, token, issuedAt } = await desk.challenge(holder.challengeType, { operation: 'undelete' })
  const { authorization, nonces, counter } = holder.prove(challenge, desk.isCareless(0.1))
  return {
    kind: 'undelete',
    intent: { kind: 'undelete', by: { scope: 'MAIN', credential: holder.reference, counter } },
    target: person.id,
    proofs: [token, ...nonces],
    oldestTokenAt: issuedAt,
    text: `undelete ${person.name} by ${holder.name}`,
    send: async ({ undelete }, { answered }) => {
      const { backupId, metadata, syncFactorToken } = await undelete.execute({ authorization, challengeToken: token })
      answered()
      return { id: backupId, metadata, syncFactorToken }
    },
  }
}

export async function buildReset(desk: Desk): Promise<Request> {
  const { id: backupId, name } = desk.person
  const { challenge, token, issuedAt } = await desk.challenge('keypair', { operation: 'reset', backupId })
  const signature = digestSignature(accountPublicKey(backupId), challenge)
  return {
    kind: 'reset',
    intent: { kind: 'reset', id: backupId },
    target: backupId,
    proofs: [token],
    oldestTokenAt: issuedAt,
    text: `reset ${name}`,
    send: async ({ resetBackup }, { answered }) => {
      await resetBackup.execute({ backupId, challengeToken: token, signature })
      answered()
      return {}
    },
  }
}
