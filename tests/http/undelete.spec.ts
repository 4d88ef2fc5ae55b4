import { expect } from 'chai'
import type { KnownBackup, MetadataJson } from '../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { accepted, outcomeOf, type MatrixClient } from '../support/matrix-client.ts'
import { KeypairHolder, PasskeyHolder, type FactorKind, type Holder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'

interface UndeletedJson {
  readonly backupId: string
  readonly backupMetadata: MetadataJson
  readonly syncFactorToken: string
}

describe('A stolen phone does not destroy a backup that can be undeleted', () => {
  let service: MatrixService
  let client: MatrixClient
  let backups: MatrixBackups
  /** Of a passkey and the phone. */
  let backup: KnownBackup
  let owners: Readonly<Record<FactorKind, Holder>>
  let laptop: KeypairHolder
  let intact: MetadataJson

  before(async () => {
    service = await MatrixService.start({ environment: { DELETION_GRACE_HOURS: '1' } })
    client = service.client
    backups = new MatrixBackups(client)
  })
  after(() => service.stop())

  beforeEach(async () => {
    owners = {
      PASSKEY: new PasskeyHolder(),
      OIDC_ACCOUNT: service.newHolder('OIDC_ACCOUNT'),
      EC_KEYPAIR: new KeypairHolder(),
    }
    backup = await backups.create({ owner: owners.PASSKEY })
    await backups.addFactor(owners.PASSKEY, owners.OIDC_ACCOUNT)
    await backups.addFactor(owners.PASSKEY, owners.EC_KEYPAIR)
    laptop = await backups.addSyncFactor(owners.PASSKEY)
    intact = await backups.metadata(laptop)
  })

  async function deletesFactor(scope: 'MAIN' | 'SYNC', factorId: string): Promise<unknown> {
    const proof = await backups.deviceProof('delete-factor', backup.device, { factorId })
    return accepted(await client.post('/delete-factor', { ...proof, factorId, scope }))
  }

  async function undelete(holder: Holder): Promise<{ readonly outcome: string; readonly body: UndeletedJson }> {
    const answer = await client.post<UndeletedJson>('/undelete', await backups.proof('undelete', holder))
    holder.renew()
    return { outcome: outcomeOf(answer), body: answer.body }
  }

  const thefts: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['deletes the backup', () => backups.delete(backup)],
    [
      'deletes the other device, then every main factor',
      async () => {
        await deletesFactor('SYNC', intact.syncFactors[1]!.id)
        for (const { id } of intact.factors.slice(1)) await deletesFactor('MAIN', id)
        expect(await deletesFactor('MAIN', intact.factors[0]!.id)).to.deep.equal({
          backupDeleted: true,
          backupMetadata: null,
        })
      },
    ],
    [
      'deletes all but the keypair that the owner lost, and the backup with it',
      async () => {
        await deletesFactor('SYNC', intact.syncFactors[1]!.id)
        for (const { id } of intact.factors.slice(0, 2)) await deletesFactor('MAIN', id)
        await backups.delete(backup)
      },
    ],
  ]
  for (const [what, steal] of thefts) {
    for (const kind of ['PASSKEY', 'OIDC_ACCOUNT', 'EC_KEYPAIR'] as const) {
      it(`when the thief ${what}, and the owner undoes it with ${kind}`, async () => {
        await steal()
        const { owner } = backup
        expect(outcomeOf(await client.post('/backup/status', { backupId: backup.id }))).to.equal('404 not_found')
        expect(
          outcomeOf(await client.post('/retrieve/from-challenge', await backups.proof('retrieve', owner))),
        ).to.equal('400 backup_untraceable')

        const { outcome, body } = await undelete(owners[kind])

        expect(outcome).to.equal('200')
        expect(body.backupId).to.equal(backup.id)
        const { factors, syncFactors, ...rest } = body.backupMetadata
        expect(factors).to.have.deep.members([...intact.factors])
        expect(syncFactors).to.deep.equal([intact.syncFactors[1]])
        expect(rest).to.deep.equal({ id: intact.id, keys: intact.keys, manifestHash: intact.manifestHash })

        const asThief = await client.post(
          '/retrieve-metadata',
          await backups.deviceProof('retrieve-metadata', backup.device),
        )
        expect(outcomeOf(asThief)).to.equal('400 backup_untraceable')
        await backups.sync({ ...backup, device: laptop })
        const phone = await backups.useSyncFactorToken(body.syncFactorToken)
        expect((await backups.metadata(phone)).syncFactors).to.have.lengthOf(2)
        for (const holder of Object.values(owners)) await backups.retrieve(holder)
        expect((await undelete(owners[kind])).outcome).to.equal('400 nothing_to_undelete')
      })
    }
  }

  it('and the sync factor token works once', async () => {
    await backups.delete(backup)
    const { body } = await undelete(owners.PASSKEY)
    await backups.useSyncFactorToken(body.syncFactorToken)
    const { authorization: syncFactor, challengeToken } = await backups.deviceProof(
      'add-sync-factor',
      new KeypairHolder(),
    )
    const again = { syncFactor, challengeToken, syncFactorToken: body.syncFactorToken }
    expect(outcomeOf(await client.post('/add-sync-factor', again))).to.equal('400 already_used')
  })

  it('while its id and factors stay taken, and a reset frees them at once', async () => {
    await backups.delete(backup)
    const anew = await backups.createPayload(backup)
    expect(outcomeOf(await client.upload('/create', anew, backup.content))).to.equal(
      '409 backup_account_id_already_exists',
    )
    await backups.reset(backup.account)
    expect((await undelete(owners.EC_KEYPAIR)).outcome).to.equal('400 backup_untraceable')
    await backups.create(backup)
  })

  it('where deletions are final at once, there is nothing to undo', async () => {
    const other = await MatrixService.start()
    const theirs = new MatrixBackups(other.client)
    const gone = await theirs.create()
    expect(outcomeOf(await other.client.post('/undelete', await theirs.proof('undelete', gone.owner)))).to.equal(
      '400 nothing_to_undelete',
    )
    await theirs.delete(gone)
    expect(outcomeOf(await other.client.post('/undelete', await theirs.proof('undelete', gone.owner)))).to.equal(
      '400 backup_untraceable',
    )
    await theirs.create(gone)
    await other.stop()
  })
})
