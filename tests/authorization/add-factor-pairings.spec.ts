import { expect } from 'chai'
import {
  agreementBy,
  enrolmentOf,
  type BackupParts,
  type KnownBackup,
  type MetadataJson,
} from '../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { accepted, outcomeOf, type ChallengeWithToken, type MatrixClient } from '../support/matrix-client.ts'
import { AccountHolder, PasskeyHolder, type FactorKind, type Holder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'
import { stampedAgreementBy } from '../support/matrix-turnkey.ts'

const KINDS: readonly FactorKind[] = ['PASSKEY', 'OIDC_ACCOUNT', 'EC_KEYPAIR']

/** A main factor and how it agrees to another. */
interface Existing {
  readonly title: string
  /** Parts of its backup. */
  readonly partsFor: (service: MatrixService) => Partial<BackupParts>
  readonly agree: (owner: Holder, challenge: ChallengeWithToken) => object
}

const EXISTING: readonly Existing[] = [
  ...KINDS.map((kind) => ({
    title: kind,
    partsFor: (service: MatrixService) => ({ owner: service.newHolder(kind) }),
    agree: agreementBy,
  })),
  {
    title: 'PASSKEY stamping a Turnkey activity',
    partsFor: () => ({ owner: new PasskeyHolder() }),
    agree: stampedAgreement,
  },
  {
    title: 'PASSKEY stamping a Turnkey activity of the organization that keeps its key',
    partsFor: () => ({ owner: new PasskeyHolder(), encryptedKey: AccountHolder.ENCRYPTED_KEY }),
    agree: stampedAgreement,
  },
]

describe('add-factor: every kind agrees to every kind', () => {
  let service: MatrixService
  let client: MatrixClient
  let backups: MatrixBackups

  before(async () => {
    service = await MatrixService.start()
    client = service.client
    backups = new MatrixBackups(client)
  })

  after(() => service.stop())

  for (const { title, partsFor, agree } of EXISTING) {
    for (const kind of KINDS) {
      describe(`${title} agrees to ${kind}`, () => {
        let backup: KnownBackup
        let fresh: Holder
        let hasKey: boolean
        let request: object
        let factorId: string
        let metadata: MetadataJson

        before(async () => {
          backup = await backups.create(partsFor(service))
          fresh = service.newHolder(kind)
          hasKey = backup.encryptedKey.kind === fresh.encryptedKey.kind
          const challenges = await client.announce(fresh.announcement())
          request = {
            ...agree(backup.owner, challenges.existing),
            ...enrolmentOf(fresh, challenges.fresh),
            encryptedBackupKey: hasKey ? null : fresh.encryptedKey,
            turnkeyProviderId: kind === 'OIDC_ACCOUNT' ? 'turnkey provider' : null,
          }
        })

        it('adds the factor, and its key where there is none of the kind', async () => {
          const added = accepted(
            await client.post<{ factorId: string; backupMetadata: MetadataJson }>('/add-factor', request),
          )
          backup.owner.renew()
          fresh.renew()
          factorId = added.factorId
          metadata = added.backupMetadata
          expect(metadata.factors.map(({ id }) => id)).to.deep.equal([backup.mainFactorId, factorId])
          expect(metadata.factors[1]?.kind.kind).to.equal(kind)
          expect(metadata.keys).to.deep.equal([backup.encryptedKey, ...(hasKey ? [] : [fresh.encryptedKey])])
        })

        it('recovers the backup by the new factor, and still by the one before', async () => {
          for (const holder of [fresh, backup.owner]) {
            const retrieved = await backups.retrieve(holder)
            expect(Buffer.from(retrieved.backup, 'base64')).to.deep.equal(backup.content)
            expect(retrieved.metadata).to.deep.equal(metadata)
          }
        })

        it('verifies the new factor', async () => {
          const answer = await client.post('/verify-factor', await backups.proof('verify-factor', fresh))
          fresh.renew()
          expect(answer.body).to.deep.equal({ backupId: backup.id })
        })

        it('refuses the same request while the factor is there, and as used once it is gone', async () => {
          expect(outcomeOf(await client.post('/add-factor', request))).to.equal('400 factor_already_exists')
          // A key that another factor of the kind may need stays, and refuses a second one.
          const keyStays = !hasKey && backup.owner.kind === kind
          const encryptionKey = hasKey || keyStays ? null : fresh.encryptedKey
          await backups.deleteFactor(backup, factorId, encryptionKey)
          expect(outcomeOf(await client.post('/add-factor', request))).to.equal(
            keyStays ? '400 only_one_encryption_key_per_type_allowed' : '400 already_used',
          )
        })
      })
    }
  }

  for (const { title, partsFor, agree } of EXISTING) {
    it(`uses up each of the two challenges that ${title} and EC_KEYPAIR answer`, async () => {
      const backup = await backups.create(partsFor(service))
      const fresh = service.newHolder('EC_KEYPAIR')
      const first = await client.announce(fresh.announcement())
      // Of the same keypair, so the challenges of both announcements go together.
      const second = await client.announce(fresh.announcement())
      const add = async (existing: ChallengeWithToken, own: ChallengeWithToken) => {
        const request = { ...agree(backup.owner, existing), ...enrolmentOf(fresh, own) }
        return client.post<{ factorId: string }>('/add-factor', request)
      }

      const { factorId } = accepted(await add(first.existing, first.fresh))
      backup.owner.renew()
      await backups.deleteFactor(backup, factorId)
      expect(outcomeOf(await add(first.existing, second.fresh))).to.equal('400 already_used')
      expect(outcomeOf(await add(second.existing, first.fresh))).to.equal('400 already_used')
      expect(outcomeOf(await add(second.existing, second.fresh))).to.equal('200')
    })
  }

  for (const kind of KINDS) {
    it(`refuses to replace the key that ${kind} has by one for another ${kind}`, async () => {
      const { owner } = await backups.create({ owner: service.newHolder(kind) })
      const fresh = service.newHolder(kind)
      const challenges = await client.announce(fresh.announcement())
      const request = {
        ...agreementBy(owner, challenges.existing),
        ...enrolmentOf(fresh, challenges.fresh),
        turnkeyProviderId: 'turnkey provider',
      }
      const answer = await client.post('/add-factor', { ...request, encryptedBackupKey: fresh.encryptedKey })
      expect(outcomeOf(answer)).to.equal('400 only_one_encryption_key_per_type_allowed')
      expect(outcomeOf(await client.post('/add-factor', request))).to.equal('200')
    })
  }
})

function stampedAgreement(owner: Holder, challenge: ChallengeWithToken): object {
  if (owner instanceof PasskeyHolder) return stampedAgreementBy(owner, challenge)
  throw new Error('only a passkey stamps activities')
}
