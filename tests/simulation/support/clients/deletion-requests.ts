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
