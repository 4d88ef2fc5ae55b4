import { readAll } from '../../../support/byte-streams.ts'
import type { Desk } from './desk.ts'
import type { Request } from './request.ts'

export async function buildRetrieve(desk: Desk): Promise<Request> {
  const { person } = desk
  const holder = desk.mainFactor()
  const { challenge, token, issuedAt } = await desk.challenge(holder.challengeType, { operation: 'retrieve' })
  const { authorization, nonces, counter } = holder.prove(challenge, desk.isCareless(0.1))
  return {
    kind: 'retrieve',
    intent: { kind: 'retrieve', by: { scope: 'MAIN', credential: holder.reference, counter } },
    target: person.id,
    proofs: [token, ...nonces],
    oldestTokenAt: issuedAt,
    text: `retrieve ${person.name} by ${holder.name}`,
    send: async ({ retrieveBackup }, { answered }) => {
      const { blob, metadata, syncFactorToken } = await retrieveBackup.execute({ authorization, challengeToken: token })
      answered()
      return { id: metadata.id, metadata, syncFactorToken, content: await readAll(blob.body) }
    },
  }
}

export async function buildVerifyFactor(desk: Desk): Promise<Request> {
  const { person } = desk
  const holder = desk.mainFactor()
  const { challenge, token, issuedAt } = await desk.challenge(holder.challengeType, { operation: 'verify-factor' })
  const { authorization, nonces, counter } = holder.prove(challenge, desk.isCareless(0.1))
  return {
    kind: 'verify-factor',
    intent: { kind: 'verify-factor', by: { scope: 'MAIN', credential: holder.reference, counter } },
    target: person.id,
    proofs: [token, ...nonces],
    oldestTokenAt: issuedAt,
    text: `verify-factor ${person.name} by ${holder.name}`,
    send: async ({ verifyFactor }, { answered }) => {
      const id = await verifyFactor.execute({ authorization, challengeToken: token })
      answered()
      return { id }
    },
  }
}

export async function buildRetrieveMetadata(desk: Desk): Promise<Request> {
  const { person, random } = desk
  const device = desk.syncFactor()
  const { challenge, token, issuedAt } = await desk.challenge('keypair', { operation: 'retrieve-metadata' })
  const { authorization } = device.prove(challenge)
  const expected = random.chance(0.5) ? person.id : undefined
  const by = { scope: 'SYNC', credential: device.reference } as const
  return {
    kind: 'retrieve-metadata',
    intent: { kind: 'retrieve-metadata', by, expected },
    target: person.id,
    proofs: [token],
    oldestTokenAt: issuedAt,
    text: `retrieve-metadata ${person.name} by ${device.name}`,
    send: async ({ retrieveMetadata }, { answered }) => {
      const metadata = await retrieveMetadata.execute({ authorization, challengeToken: token, backupId: expected })
      answered()
      return { id: metadata.id, metadata }
    },
  }
}

export async function buildStatus({ person, now }: Desk): Promise<Request> {
  return {
    kind: 'status',
    intent: { kind: 'status', id: person.id },
    target: person.id,
    proofs: [],
    oldestTokenAt: now,
    text: `status ${person.name}`,
    send: async ({ reportStatus }, { answered }) => {
      const factors = await reportStatus.execute(person.id)
      answered()
      return { mainFactors: factors.length }
    },
  }
}
