import type { Desk } from './desk.ts'
import type { Request } from './request.ts'

export async function buildCreate(desk: Desk): Promise<Request> {
  const { person } = desk
  const holder = desk.newMainFactor(desk.isCareless(0.1) ? desk.population.mains : person.mains)
  const device = desk.newSyncFactor(desk.isCareless(0.1) ? desk.population.devices : person.devices)
  const main = await desk.challenge(holder.challengeType, { operation: 'create' })
  const sync = await desk.challenge('keypair', { operation: 'create' })
  const proof = holder.prove(main.challenge, desk.isCareless(0.1))
  const content = desk.content()
  const command = {
    backupId: person.id,
    authorization: proof.authorization,
    challengeToken: main.token,
    initialSyncFactor: device.prove(sync.challenge).authorization,
    initialSyncChallengeToken: sync.token,
    initialEncryptionKey: holder.encryptedKey,
    turnkeyProviderId: 'provider',
    manifestHash: desk.hash(),
  }
  return {
    kind: 'create',
    intent: {
      kind: 'create',
      id: person.id,
      main: holder.reference,
      counter: proof.counter,
      sync: device.reference,
      key: holder.encryptedKey,
      hash: command.manifestHash,
      content,
    },
    target: person.id,
    proofs: [main.token, sync.token, ...proof.nonces],
    oldestTokenAt: Math.min(main.issuedAt, sync.issuedAt),
    text: `create ${person.name} with ${holder.name} and ${device.name}, ${content.length} bytes`,
    send: async ({ createBackup }, { upload, answered }) => {
      const metadata = await createBackup.execute({ ...command, body: upload(content) })
      answered()
      return { id: metadata.id, metadata }
    },
  }
}

export async function buildSync(desk: Desk): Promise<Request> {
  const { person, backup } = desk
  const device = desk.syncFactor()
  const { challenge, token, issuedAt } = await desk.challenge('keypair', { operation: 'sync' })
  const from = backup === undefined || desk.isCareless(0.1) ? desk.hash() : backup.hash
  const to = desk.hash()
  const content = desk.content()
  const { authorization } = device.prove(challenge)
  const command = { authorization, challengeToken: token, currentManifestHash: from, newManifestHash: to }
  return {
    kind: 'sync',
    intent: { kind: 'sync', by: { scope: 'SYNC', credential: device.reference }, from, to, content },
    target: person.id,
    proofs: [token],
    oldestTokenAt: issuedAt,
    text: `sync ${person.name} by ${device.name} from ${from.slice(-1)} to ${to.slice(-1)}, ${content.length} bytes`,
    send: async ({ syncBackup }, { upload, answered }) => {
      const id = await syncBackup.execute({ ...command, body: upload(content) })
      answered()
      return { id }
    },
  }
}
