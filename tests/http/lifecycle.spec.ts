import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { storageKinds } from '../support/chosen-storage.ts'
import { BackupClient, manifestHashOf, type MetadataJson } from '../support/http-backup-client.ts'
import { PART_ORDERS } from '../support/http-multipart.ts'
import { useSharedService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'

for (const storage of storageKinds()) {
  describe(`A backup of EC keypairs over HTTP: ${storage}`, () => {
    const service = useSharedService(storage)
    let owner: BackupClient
    let created: MetadataJson

    beforeEach(async () => {
      owner = new BackupClient(service().http)
      created = await owner.create()
    })

    it('is created with what was sent, and nothing else', () => {
      const { factors, syncFactors, ...rest } = created
      expect(rest).to.deep.equal({
        id: owner.id,
        keys: [owner.encryptionKey],
        manifestHash: manifestHashOf(owner.content),
      })
      expect(factors.map(({ kind }) => kind)).to.deep.equal([{ kind: 'EC_KEYPAIR', publicKey: owner.main.publicKey }])
      expect(syncFactors.map(({ kind }) => kind)).to.deep.equal([
        { kind: 'EC_KEYPAIR', publicKey: owner.device.publicKey },
      ])
    })

    it('tells its status to anybody who knows its id', async () => {
      const { body } = await service().http.send(owner.statusRequest())
      expect(body).to.deep.equal({ backupId: owner.id, factors: [{ kind: 'EC_KEYPAIR', accountKind: null }] })
    })

    it('has no status before it is created', async () => {
      const { outcome } = await service().http.send(new BackupClient(service().http).statusRequest())
      expect(outcome).to.equal('404 not_found')
    })

    it('takes an id and a hash in any case and with 0x, and gives them back in lower case', async () => {
      const other = new BackupClient(service().http)
      const hex = other.id.slice('backup_account_'.length).toUpperCase()
      const hash = manifestHashOf(other.content).toUpperCase()
      const metadata = await other.create({
        payload: { backupAccountId: `backup_account_0x${hex}`, manifestHash: `0x${hash}` },
      })
      expect(metadata).to.include({ id: other.id, manifestHash: hash.toLowerCase() })
    })

    it('is retrieved as it was created', async () => {
      const { backup, metadata } = await owner.retrieve()
      expect(Buffer.from(backup, 'base64').equals(owner.content)).to.be.true
      expect(metadata).to.deep.equal(created)
    })

    for (const order of PART_ORDERS) {
      it(`is synced, ${order}`, async () => {
        const newer = randomBytes(2000)
        const { body } = await service().http.send(await owner.syncRequest(newer, { order }))
        expect(body).to.deep.equal({ backupId: owner.id })
        expect(await owner.stored()).to.deep.equal({ content: newer, manifestHash: manifestHashOf(newer) })
      })

      it(`is created, ${order}`, async () => {
        const other = new BackupClient(service().http)
        await other.create({ order })
        expect((await other.stored()).content).to.deep.equal(other.content)
      })
    }

    it('refuses a sync from another state, and keeps its own', async () => {
      const request = await owner.syncRequest(randomBytes(10), { payload: { currentManifestHash: 'ab'.repeat(32) } })
      const { outcome, body } = await service().http.send(request)
      expect(outcome).to.equal('412 manifest_hash_mismatch')
      expect(body).to.have.nested.property('error.details.currentManifestHash', manifestHashOf(owner.content))
      expect((await owner.stored()).content).to.deep.equal(owner.content)
    })

    it('verifies its main factor', async () => {
      const { body } = await service().http.send(await owner.verifyFactorRequest())
      expect(body).to.deep.equal({ backupId: owner.id })
    })

    it('shows its metadata to a sync factor', async () => {
      expect(await owner.metadata()).to.deep.equal(created)
    })

    it('tells a device that it is of another backup than it believes', async () => {
      const other = new BackupClient(service().http)
      const outcomeWith = async (backupId: string) =>
        (await service().http.send(await owner.metadataRequest(owner.device, backupId))).outcome
      expect(await outcomeWith(other.id)).to.equal('400 backup_does_not_exist')
      await other.create()
      expect(await outcomeWith(other.id)).to.equal('400 backup_id_mismatch')
      expect(await outcomeWith(owner.id)).to.equal('200')
    })

    it('keeps nothing of a key that the contract does not know', async () => {
      const other = new BackupClient(service().http)
      const initialEncryptionKey = { ...other.encryptionKey, unknown: 'member' }
      expect((await other.create({ payload: { initialEncryptionKey } })).keys).to.deep.equal([other.encryptionKey])
    })

    it('takes a retrieving device as a sync factor, which then syncs', async () => {
      const device = new P256Keypair()
      const { body } = await service().http.send(await owner.addSyncFactorRequest(device))
      expect(body).to.deep.equal({ backupId: owner.id })
      const { syncFactors } = await owner.metadata(device)
      expect(syncFactors.map(({ kind }) => kind.publicKey)).to.deep.equal([owner.device.publicKey, device.publicKey])
    })

    for (const challenged of ['toLowerCase', 'toUpperCase'] as const) {
      for (const named of ['toLowerCase', 'toUpperCase'] as const) {
        it(`removes a factor whose id is in any case: challenge ${challenged}, request ${named}`, async () => {
          await service().http.succeed(await owner.addSyncFactorRequest(new P256Keypair()))
          const { id } = (await owner.metadata()).syncFactors[1]!
          const answer = await owner.answer('delete-factor', owner.device, { factorId: id[challenged]() })
          const request = { ...answer, factorId: id[named](), scope: 'SYNC' }
          expect((await service().http.post('/v1/delete-factor', request)).outcome).to.equal('200')
          expect((await owner.metadata()).syncFactors).to.have.lengthOf(1)
        })
      }
    }

    it('takes a second main factor, which then retrieves', async () => {
      const fresh = new P256Keypair()
      const { body } = await service().http.send<{ factorId: string; backupMetadata: MetadataJson }>(
        await owner.addFactorRequest(fresh),
      )
      expect(body.backupMetadata.factors[1]).to.deep.include({
        id: body.factorId,
        kind: { kind: 'EC_KEYPAIR', publicKey: fresh.publicKey },
      })
      expect((await owner.retrieve(fresh)).metadata).to.deep.equal(body.backupMetadata)
    })

    it('loses a sync factor, which then can do nothing', async () => {
      const device = new P256Keypair()
      await service().http.succeed(await owner.addSyncFactorRequest(device))
      const { syncFactors } = await owner.metadata()
      const { body } = await service().http.send(await owner.deleteFactorRequest(syncFactors[1]!.id, 'SYNC'))
      expect(body).to.deep.equal({ backupDeleted: false, backupMetadata: created })
      expect((await service().http.send(await owner.metadataRequest(device))).outcome).to.equal(
        '400 backup_untraceable',
      )
    })

    it('loses one of two main factors', async () => {
      await service().http.succeed(await owner.addFactorRequest(new P256Keypair()))
      const { body } = await service().http.send<{ backupMetadata: MetadataJson }>(
        await owner.deleteFactorRequest(created.factors[0]!.id, 'MAIN'),
      )
      expect(body).to.include({ backupDeleted: false })
      expect(body.backupMetadata.factors).to.have.lengthOf(1)
      expect((await service().http.send(await owner.retrieveRequest())).outcome).to.equal('400 backup_untraceable')
    })

    it('keeps a key that a remaining main factor needs', async () => {
      await service().http.succeed(await owner.addFactorRequest(new P256Keypair()))
      const request = await owner.deleteFactorRequest(created.factors[0]!.id, 'MAIN', owner.encryptionKey)
      expect((await service().http.send(request)).outcome).to.equal('400 factor_orphaned_from_encryption_key')
      expect((await owner.metadata()).factors).to.have.lengthOf(2)
    })

    it('takes no key away with a sync factor', async () => {
      const request = await owner.deleteFactorRequest(created.syncFactors[0]!.id, 'SYNC', owner.encryptionKey)
      expect((await service().http.send(request)).outcome).to.equal('400 encryption_key_not_allowed')
    })

    /** Each ends a backup; a factor and an id are free afterwards. */
    const endings = {
      'with its last main factor': () => owner.deleteFactorRequest(created.factors[0]!.id, 'MAIN', owner.encryptionKey),
      'by a sync factor': () => owner.deleteBackupRequest(),
      'by the key of its account': () => owner.resetRequest(),
    }
    for (const [title, ending] of Object.entries(endings)) {
      it(`ends ${title}, and can be created anew`, async () => {
        const { status, body } = await service().http.send(await ending())
        if (status === 200) expect(body).to.deep.equal({ backupDeleted: true, backupMetadata: null })
        else expect(status).to.equal(204)
        expect((await service().http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
        expect((await service().http.send(await owner.retrieveRequest())).outcome).to.equal('400 backup_untraceable')
        owner.content = randomBytes(500)
        await owner.create()
        expect((await owner.stored()).content).to.deep.equal(owner.content)
      })
    }

    it('cannot be created over another one', async () => {
      const request = await owner.createRequest()
      expect((await service().http.send(request)).outcome).to.equal('409 backup_account_id_already_exists')
    })

    it('cannot be read with the token of a backup that ended', async () => {
      const request = await owner.addSyncFactorRequest(new P256Keypair())
      await service().http.succeed(await owner.resetRequest())
      await owner.create()
      expect((await service().http.send(request)).outcome).to.equal('400 backup_missing')
    })
  })
}
