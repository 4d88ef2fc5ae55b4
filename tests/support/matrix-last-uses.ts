import {
  agreementBy,
  enrolmentOf,
  manifestHashOf,
  newContent,
  newParts,
  type KnownBackup,
} from './matrix-backup-parts.ts'
import type { Answer, ChallengeWithToken } from './matrix-client.ts'
import type { CellChallengeType, Context } from './matrix-dimensions.ts'
import { KeypairHolder, PasskeyHolder, type Holder } from './matrix-holders.ts'
import type { PresentedProof } from './matrix-positions.ts'
import type { MatrixWorld } from './matrix-world.ts'

/** What a challenge is for after all, once it went through every request that had to refuse it. */
export interface LastUse {
  readonly context: Context
  readonly type: CellChallengeType
  readonly send: (world: MatrixWorld, challenge: ChallengeWithToken) => Promise<Answer>
}

/** In this order: the last ones take away what the others need. */
export const LAST_USES: readonly LastUse[] = [
  ...(['retrieve', 'verify-factor'] as const).flatMap((context): readonly LastUse[] => {
    const path = context === 'retrieve' ? '/retrieve/from-challenge' : '/verify-factor'
    return [
      {
        context,
        type: 'passkey',
        send: ({ client, bystander }, challenge) => client.post(path, proved(bystander.owner, challenge)),
      },
      {
        context,
        type: 'keypair',
        send: ({ client, keypairs }, challenge) => client.post(path, proved(keypairs[0], challenge)),
      },
    ]
  }),
  {
    context: 'retrieve-metadata',
    type: 'keypair',
    send: ({ client, bystander }, challenge) => client.post('/retrieve-metadata', proved(bystander.device, challenge)),
  },
  {
    context: 'sync',
    type: 'keypair',
    send: ({ client, bystander }, challenge) => {
      const content = newContent()
      const payload = {
        ...proved(bystander.device, challenge),
        currentManifestHash: manifestHashOf(bystander.content),
        newManifestHash: manifestHashOf(content),
      }
      return client.upload('/sync', payload, content)
    },
  },
  {
    context: 'add-sync-factor',
    type: 'keypair',
    // Its sync factor token was refused in place of every challenge token.
    send: ({ client, syncFactorTokens }, challenge) => {
      const { authorization: syncFactor, challengeToken } = proved(new KeypairHolder(), challenge)
      return client.post('/add-sync-factor', { syncFactor, challengeToken, syncFactorToken: syncFactorTokens.valid })
    },
  },
  {
    context: 'new side of add-factor',
    type: 'keypair',
    send: (world, challenge) => addFactor(world, 0, challenge),
  },
  {
    context: 'new side of add-factor of another',
    type: 'keypair',
    send: (world, challenge) => addFactor(world, 1, challenge),
  },
  {
    context: 'delete-factor',
    type: 'keypair',
    send: (world, challenge) => deleteFactor(world, world.bindings.factorId, challenge),
  },
  {
    context: 'delete-factor of another',
    type: 'keypair',
    send: (world, challenge) => deleteFactor(world, world.bindings.otherFactorId, challenge),
  },
  { context: 'reset', type: 'keypair', send: (world, challenge) => reset(world, world.doomed[0], challenge) },
  {
    context: 'reset of another',
    type: 'keypair',
    send: (world, challenge) => reset(world, world.doomed[1], challenge),
  },
  { context: 'create', type: 'passkey', send: (world, challenge) => create(world, new PasskeyHolder(), challenge) },
  { context: 'create', type: 'keypair', send: (world, challenge) => create(world, new KeypairHolder(), challenge) },
  {
    context: 'delete-backup',
    type: 'keypair',
    send: ({ client, bystander }, challenge) => client.post('/delete-backup', proved(bystander.device, challenge)),
  },
  ...(['passkey', 'keypair'] as const).map((type): LastUse => ({
    context: 'undelete',
    type,
    send: async ({ client, backups }, challenge) => {
      const deleted = await backups.create({ owner: type === 'passkey' ? new PasskeyHolder() : new KeypairHolder() })
      await backups.delete(deleted)
      return client.post('/undelete', proved(deleted.owner, challenge))
    },
  })),
]

function proved(holder: Holder, { challenge, token }: ChallengeWithToken): PresentedProof {
  return { authorization: holder.prove(challenge), challengeToken: token }
}

/** Both challenges of an announcement went the same way. */
function addFactor(world: MatrixWorld, which: 0 | 1, fresh: ChallengeWithToken): Promise<Answer> {
  const { client, bystander, bindings, announced } = world
  const { existing } = which === 0 ? bindings.announcement : bindings.otherAnnouncement
  return client.post('/add-factor', {
    ...agreementBy(bystander.owner, existing),
    ...enrolmentOf(announced[which], fresh),
  })
}

function deleteFactor({ client, bystander }: MatrixWorld, factorId: string, challenge: ChallengeWithToken) {
  return client.post('/delete-factor', { ...proved(bystander.device, challenge), factorId, scope: 'MAIN' })
}

function reset({ client }: MatrixWorld, { account }: KnownBackup, { challenge, token }: ChallengeWithToken) {
  const { backupAccountId } = account
  return client.post('/reset', { backupAccountId, signature: account.sign(challenge), challengeToken: token })
}

async function create({ client, backups }: MatrixWorld, owner: Holder, { challenge, token }: ChallengeWithToken) {
  const parts = newParts({ owner })
  const payload = await backups.createPayload(parts)
  const proof = { authorization: owner.register(challenge), challengeToken: token }
  return client.upload('/create', { ...payload, ...proof }, parts.content)
}
