import { AccountKeypair } from './keypair.ts'
import { agreementBy, enrolmentOf, manifestHashOf, newContent, newParts } from './matrix-backup-parts.ts'
import type { Bindings } from './matrix-challenges.ts'
import type { Answer } from './matrix-client.ts'
import type { FactorPosition, Variant } from './matrix-dimensions.ts'
import type { RowFixture } from './matrix-fixture.ts'
import { KeypairHolder, PasskeyHolder, type Holder } from './matrix-holders.ts'
import { announce } from './matrix-world.ts'

/** What the factor in question answers, and the token that it is sent with. */
export interface PresentedProof {
  readonly authorization: object
  readonly challengeToken: string
}

/** A request that lacks nothing but the proof in question. */
export interface PreparedRequest {
  /** What its challenge must be bound to. */
  readonly bindings?: (variant: Variant | undefined) => Partial<Bindings>
  readonly send: (proof: PresentedProof, variant: Variant | undefined) => Promise<Answer>
  /** The backup that a success is about. */
  readonly about: string
}

type Prepare = (fixture: RowFixture) => Promise<PreparedRequest>

export const PREPARE: Readonly<Record<FactorPosition, Prepare>> = {
  create: async ({ world, holder }) => {
    const parts = newParts({ owner: holder })
    const payload = await world.backups.createPayload({ ...parts, owner: new KeypairHolder() })
    return {
      send: (proof, variant) =>
        world.client.upload('/create', { ...payload, ...proof, ...providerIdIn(variant) }, parts.content),
      about: parts.account.backupAccountId,
    }
  },

  'create, as sync factor': async ({ world }) => {
    const parts = newParts()
    const payload = await world.backups.createPayload(parts)
    return {
      send: ({ authorization: initialSyncFactor, challengeToken: initialSyncChallengeToken }) =>
        world.client.upload('/create', { ...payload, initialSyncFactor, initialSyncChallengeToken }, parts.content),
      about: parts.account.backupAccountId,
    }
  },

  retrieve: async ({ world, here }) => ({
    send: (proof) => world.client.post('/retrieve/from-challenge', proof),
    about: here.id,
  }),

  'verify-factor': async ({ world, here }) => ({
    send: (proof) => world.client.post('/verify-factor', proof),
    about: here.id,
  }),

  'add-sync-factor': async ({ world, here }) => {
    const [toBeUsed, valid] = [await world.backups.retrieve(here.owner), await world.backups.retrieve(here.owner)]
    await world.backups.useSyncFactorToken(toBeUsed.syncFactorToken)
    const { token: challengeToken } = await world.client.keypairChallenge('add-sync-factor')
    const tokens: Readonly<Partial<Record<Variant, string>>> = {
      'token: garbage': 'nonsense',
      'token: a challenge token': challengeToken,
      'token: expired': world.syncFactorTokens.expired,
      'token: of a deleted backup': world.syncFactorTokens.ofDeletedBackup,
      'token: of an earlier backup of the same id': world.syncFactorTokens.ofEarlierBackup,
      'token: used': toBeUsed.syncFactorToken,
    }
    return {
      send: ({ authorization: syncFactor, ...proof }, variant) =>
        world.client.post('/add-sync-factor', {
          syncFactor,
          ...proof,
          syncFactorToken: (variant === undefined ? undefined : tokens[variant]) ?? valid.syncFactorToken,
        }),
      about: here.id,
    }
  },

  'add-factor, as existing factor': async ({ world, here }) => {
    const newcomer = async (fresh: Holder) => ({ fresh, announcement: await announce(world.client, fresh) })
    const keypair = await newcomer(new KeypairHolder())
    const account = await newcomer(world.service.newHolder('OIDC_ACCOUNT'))
    const newcomerOf = (variant: Variant | undefined) => (variant === undefined ? keypair : account)
    return {
      bindings: (variant) => ({ announcement: newcomerOf(variant).announcement }),
      send: ({ authorization: existingFactorAuthorization, challengeToken: existingFactorChallengeToken }, variant) => {
        const { fresh, announcement } = newcomerOf(variant)
        return world.client.post('/add-factor', {
          existingFactorAuthorization,
          existingFactorChallengeToken,
          ...enrolmentOf(fresh, announcement.fresh),
          ...providerIdIn(variant),
        })
      },
      about: here.id,
    }
  },

  'add-factor, as new factor': async ({ world, here, holder, kind }) => {
    const announcement = await announce(world.client, holder)
    const another = await announce(world.client, world.service.newHolder(kind))
    const otherKind = await announce(world.client, kind === 'PASSKEY' ? new KeypairHolder() : new PasskeyHolder())
    return {
      bindings: () => ({ announcement, otherAnnouncement: another }),
      send: ({ authorization: newFactorAuthorization, challengeToken: newFactorChallengeToken }, variant) => {
        const announced = { 'announced: another kind': otherKind, 'announced: another of its kind': another }
        const { existing } = isAnnounced(variant) ? announced[variant] : announcement
        return world.client.post('/add-factor', {
          ...agreementBy(here.owner, existing),
          newFactorAuthorization,
          newFactorChallengeToken,
          ...providerIdIn(variant),
        })
      },
      about: here.id,
    }
  },

  sync: async ({ world, synced }) => {
    const content = newContent()
    const currentManifestHash = manifestHashOf(synced.content)
    const newManifestHash = manifestHashOf(content)
    return {
      send: (proof) => world.client.upload('/sync', { ...proof, currentManifestHash, newManifestHash }, content),
      about: synced.id,
    }
  },

  'retrieve-metadata': async ({ world, here, synced }) => {
    const names: Readonly<Partial<Record<Variant, string>>> = {
      'naming: this backup': here.id,
      'naming: another backup': world.bystander.id,
      'naming: no backup there is': new AccountKeypair().backupAccountId,
    }
    return {
      send: (proof, variant) =>
        world.client.post('/retrieve-metadata', {
          ...proof,
          backupId: variant === undefined ? undefined : names[variant],
        }),
      about: synced.id,
    }
  },

  'delete-factor': async ({ world, here }) => {
    const target = await world.backups.addFactor(here.owner)
    const factorIdOf = (variant: Variant | undefined) =>
      variant === 'target: of another backup' ? world.bindings.factorId : target
    return {
      bindings: (variant) => ({ factorId: factorIdOf(variant) }),
      send: (proof, variant) =>
        world.client.post('/delete-factor', {
          ...proof,
          factorId: factorIdOf(variant),
          scope: variant === 'target: other scope' ? 'SYNC' : 'MAIN',
        }),
      about: here.id,
    }
  },

  'delete-backup': async ({ world, synced }) => ({
    send: (proof) => world.client.post('/delete-backup', proof),
    about: synced.id,
  }),

  undelete: async ({ world, here }) => {
    await world.backups.addFactor(here.owner)
    await world.backups.deleteLastFactor(here, 'MAIN')
    return { send: (proof) => world.client.post('/undelete', proof), about: here.id }
  },
}

function providerIdIn(variant: Variant | undefined): { readonly turnkeyProviderId: string | null } {
  const missing = variant === 'new account: without turnkeyProviderId'
  return { turnkeyProviderId: missing ? null : 'turnkey provider' }
}

function isAnnounced(
  variant: Variant | undefined,
): variant is 'announced: another kind' | 'announced: another of its kind' {
  return variant?.startsWith('announced: ') === true
}
