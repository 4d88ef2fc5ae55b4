import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { announcedAccount, type AnnouncedFactor } from '../../application/announced-factor.ts'
import { challengeOf } from '../../application/challenge.ts'
import { SYNC_FACTOR_TOKEN_LIFETIME, SyncFactorTokens } from '../../application/sync-factor-tokens.ts'
import { ManualClock } from './manual-clock.ts'
import type { KnownBackup } from './matrix-backup-parts.ts'
import { MatrixBackups } from './matrix-backups.ts'
import { MatrixChallenges, type Announcement, type Bindings } from './matrix-challenges.ts'
import type { MatrixClient } from './matrix-client.ts'
import { AccountHolder, KeypairHolder, PasskeyHolder, type Holder } from './matrix-holders.ts'
import type { MatrixService } from './matrix-service.ts'
import { sampleBackup } from './sample-backups.ts'

type WorldParts = Pick<
  MatrixWorld,
  'backups' | 'bystander' | 'keypairs' | 'bindings' | 'announced' | 'doomed' | 'syncFactorTokens'
>

/** What all rows share. Rows make their own backups beside, and none changes these. */
export class MatrixWorld {
  readonly service: MatrixService
  readonly client: MatrixClient
  readonly backups: MatrixBackups
  readonly challenges: MatrixChallenges
  /** A backup of a passkey that no row is about. */
  readonly bystander: KnownBackup
  /** Its other main factors: `bindings.factorId` and `bindings.otherFactorId`. */
  readonly keypairs: readonly [KeypairHolder, KeypairHolder]
  /** What challenges are bound to where the row does not say: things of the bystander. */
  readonly bindings: Bindings
  /** What `bindings.announcement` and `bindings.otherAnnouncement` are of. */
  readonly announced: readonly [KeypairHolder, KeypairHolder]
  /** Two more backups: `bindings.accountId` and `bindings.otherAccountId`. */
  readonly doomed: readonly [KnownBackup, KnownBackup]
  readonly syncFactorTokens: Readonly<Record<'valid' | 'expired' | 'ofDeletedBackup' | 'ofEarlierBackup', string>>

  private constructor(service: MatrixService, parts: WorldParts) {
    this.service = service
    this.client = service.client
    this.challenges = new MatrixChallenges(service)
    this.backups = parts.backups
    this.bystander = parts.bystander
    this.keypairs = parts.keypairs
    this.bindings = parts.bindings
    this.announced = parts.announced
    this.doomed = parts.doomed
    this.syncFactorTokens = parts.syncFactorTokens
  }

  static async build(service: MatrixService): Promise<MatrixWorld> {
    const { client } = service
    const backups = new MatrixBackups(client)
    const bystander = await backups.create({ owner: new PasskeyHolder() })
    const keypairs = [new KeypairHolder(), new KeypairHolder()] as const
    const announced = [new KeypairHolder(), new KeypairHolder()] as const
    await backups.create({ owner: service.newAccountHolder({ session: service.usedSession }) })
    const doomed = [await backups.create(), await backups.create()] as const
    return new MatrixWorld(service, {
      backups,
      bystander,
      keypairs,
      announced,
      doomed,
      bindings: {
        factorId: await backups.addFactor(bystander.owner, keypairs[0]),
        otherFactorId: await backups.addFactor(bystander.owner, keypairs[1]),
        accountId: doomed[0].account.backupAccountId,
        otherAccountId: doomed[1].account.backupAccountId,
        announcement: await announce(client, announced[0]),
        otherAnnouncement: await announce(client, announced[1]),
      },
      syncFactorTokens: {
        valid: (await backups.retrieve(bystander.owner)).syncFactorToken,
        expired: await expiredSyncFactorToken(service),
        ofDeletedBackup: await tokenOfDeletedBackup(backups),
        ofEarlierBackup: await tokenOfEarlierBackup(backups),
      },
    })
  }
}

export async function announce(client: MatrixClient, holder: Holder): Promise<Announcement> {
  const challenges = await client.announce(holder.announcement())
  return { ...challenges, newFactor: await announcedFactor(holder, challenges.fresh.challenge) }
}

/** As the service writes it into the challenge tokens, for those that are sealed here. */
async function announcedFactor(holder: Holder, creationChallenge: string): Promise<AnnouncedFactor> {
  if (holder instanceof AccountHolder) return announcedAccount(holder.idToken)
  if (holder instanceof KeypairHolder) return { kind: 'EC_KEYPAIR', publicKey: holder.keypair.publicKey }
  return { kind: 'PASSKEY', creationChallenge: challengeOf(creationChallenge) }
}

async function tokenOfDeletedBackup(backups: MatrixBackups): Promise<string> {
  const backup = await backups.create()
  const { syncFactorToken } = await backups.retrieve(backup.owner)
  await backups.delete(backup)
  return syncFactorToken
}

/** Everything is as it was, the account, the factors and the content, but it is another backup. */
async function tokenOfEarlierBackup(backups: MatrixBackups): Promise<string> {
  const backup = await backups.create()
  const { syncFactorToken } = await backups.retrieve(backup.owner)
  await backups.reset(backup.account)
  await backups.create(backup)
  return syncFactorToken
}

/** Of whichever backup: its time is up before anyone asks for that. */
async function expiredSyncFactorToken({ sealer, clock }: MatrixService): Promise<string> {
  const past = new ManualClock(clock.now() - (SYNC_FACTOR_TOKEN_LIFETIME + 1) * 1000)
  const backup = sampleBackup()
  return new SyncFactorTokens(sealer, past, new NodeRandom()).issue(backup, backup.state.mainFactors[0]!.id)
}
