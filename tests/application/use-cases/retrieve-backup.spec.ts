import { expect } from 'chai'
import { StoreUnavailable } from '../../../application/ports/store-unavailable.ts'
import type { RetrieveBackupCommand } from '../../../application/use-cases/retrieve-backup.ts'
import { manifestHashOf, newContent, type CreatedBackup, type Download } from '../../support/application-harness.ts'
import { readAll } from '../../support/byte-streams.ts'
import { refusalOf } from '../../support/refusal.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { expectIntact, expectRefused } from '../support/expectations.ts'
import { KeypairClient, PasskeyClient, type FactorClient } from '../support/factor-clients.ts'
import type { Fault } from '../support/interleaved-backup-index.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'

describe('RetrieveBackup', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  const owners: readonly (readonly [string, () => FactorClient])[] = [
    ['a passkey', () => new PasskeyClient()],
    ['an OIDC account', () => harness.newAccountClient()],
    ['an EC keypair', () => new KeypairClient()],
  ]
  for (const [kind, newOwner] of owners) {
    it(`hands the bytes, their number, the metadata and a token to ${kind}`, async () => {
      const main = newOwner()
      const { content, metadata } = await harness.createBackup({ main })
      const command = await harness.answer(main, 'retrieve')
      const retrieved = await harness.application.retrieveBackup.execute(command)
      expect(await readAll(retrieved.blob.body)).to.deep.equal(Buffer.from(content))
      expect(retrieved.size).to.equal(content.length)
      expect(retrieved.metadata).to.deep.equal(metadata)
      expect(retrieved.syncFactorToken).to.be.a('string')
    })

    it(`knows no backup of ${kind} that is no factor`, async () => {
      const command = await harness.answer(newOwner(), 'retrieve')
      const request = (): Promise<unknown> => harness.application.retrieveBackup.execute(command)
      await expectRefused(harness, request, 'backup_untraceable')
    })

    it(`refuses ${kind} that has been removed, and spares what others have`, async () => {
      const main = newOwner()
      const factorId = await harness.addFactor(backup, main)
      const command = await harness.answer(main, 'retrieve')
      await harness.deleteFactor(backup.device, factorId, 'MAIN')
      const request = (): Promise<unknown> => harness.application.retrieveBackup.execute(command)
      await expectRefused(harness, request, 'backup_untraceable')
      await expectIntact(harness, backup)
    })
  }

  it('refuses a sync factor', async () => {
    const command = await harness.deviceAnswer(backup.device, { operation: 'retrieve' })
    const request = (): Promise<unknown> => harness.application.retrieveBackup.execute(command)
    await expectRefused(harness, request, 'backup_untraceable')
  })

  it('wants a passkey challenge from a passkey', async () => {
    const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'retrieve' })
    const command = { authorization: new PasskeyClient().prove(challenge), challengeToken: token }
    const request = (): Promise<unknown> => harness.application.retrieveBackup.execute(command)
    await expectRefused(harness, request, 'unexpected_challenge_type')
  })

  it('changes nothing', async () => {
    const before = await harness.index.load(backup.id)
    await harness.retrieve(backup.main)
    expect(await harness.index.load(backup.id)).to.deep.equal(before)
  })

  it('closes the blob it does not hand out when the challenge was used meanwhile', async () => {
    const command = await harness.answer(backup.main, 'retrieve')
    await harness.application.retrieveBackup.execute(command)
    const { held } = harness.blobs
    expect(await refusalOf(harness.application.retrieveBackup.execute(command))).to.equal('already_used')
    expect(harness.blobs.held).to.equal(held)
  })

  describe('overtaken', () => {
    const retrieveWhile = async (interlude: () => Promise<unknown>): Promise<Download> => {
      harness.blobs.beforeNextOpen(async () => {
        await interlude()
        await harness.application.sealedBlobs.settle()
      })
      return harness.retrieve(backup.main)
    }

    it('by one sync still hands out the state it found', async () => {
      const { content, size, metadata } = await retrieveWhile(() => harness.sync(backup, newContent(100)))
      expect(content).to.deep.equal(Buffer.from(backup.content))
      expect(size).to.equal(backup.content.length)
      expect(metadata).to.deep.equal(backup.metadata)
    })

    it('by two syncs hands out the newer state, its bytes with their number and hash', async () => {
      const latest = newContent(100)
      const overtaken = retrieveWhile(async () => harness.sync(await harness.sync(backup), latest))
      const { content, size, metadata } = await overtaken
      expect(content).to.deep.equal(Buffer.from(latest))
      expect(size).to.equal(100)
      expect(metadata.manifestHash).to.equal(manifestHashOf(latest))
      await expectIntact(harness, { ...backup, content: latest })
    })

    it('twice by two syncs hands out the newest state', async () => {
      const latest = newContent()
      let current = backup
      const twoSyncs = async (content?: Uint8Array): Promise<void> => {
        current = await harness.sync(await harness.sync(current), content)
        await harness.application.sealedBlobs.settle()
      }
      harness.blobs.beforeNextOpen(() => twoSyncs())
      harness.blobs.beforeNextOpen(() => twoSyncs(latest))
      expect((await harness.retrieve(backup.main)).content).to.deep.equal(Buffer.from(latest))
    })

    const revocable: readonly (readonly [string, () => FactorClient])[] = [
      ['a keypair', () => new KeypairClient()],
      ['a passkey', () => new PasskeyClient()],
      ['a passkey that counts', () => new PasskeyClient({ counts: true })],
    ]
    for (const [kind, newFactor] of revocable) {
      it(`by two syncs and the revocation of ${kind} hands out nothing to it`, async () => {
        const revoked = newFactor()
        const factorId = await harness.addFactor(backup, revoked)
        harness.blobs.beforeNextOpen(async () => {
          await harness.deleteFactor(backup.device, factorId, 'MAIN')
          await harness.sync(await harness.sync(backup))
          await harness.application.sealedBlobs.settle()
        })
        expect(await refusalOf(harness.retrieve(revoked))).to.equal('unauthorized_factor')
      })
    }

    it('by a deletion is backup_missing, without an alarm', async () => {
      expect(await refusalOf(retrieveWhile(() => harness.deleteBackup(backup)))).to.equal('backup_missing')
      expect(harness.events.events).to.deep.equal([])
    })

    it('by two syncs and a deletion that can be undone is backup_missing too', async () => {
      harness = openHarness({ deletionGrace: 3600 })
      backup = await harness.createBackup()
      harness.blobs.beforeNextOpen(async () => {
        await harness.deleteBackup(await harness.sync(await harness.sync(backup)))
        await harness.application.sealedBlobs.settle()
      })
      expect(await refusalOf(harness.retrieve(backup.main))).to.equal('backup_missing')
      expect(harness.events.events).to.deep.equal([])
    })

    it('by a deletion and a creation of the same id is backup_missing, without an alarm', async () => {
      const recreate = async (): Promise<void> => {
        await harness.deleteBackup(backup)
        await harness.createBackup(backup)
      }
      expect(await refusalOf(retrieveWhile(recreate))).to.equal('backup_missing')
      expect(harness.events.events).to.deep.equal([])
    })
  })

  it('of a backup whose blob is lost is backup_missing, and tells the operator once', async () => {
    const [key] = await harness.blobs.keys()
    await harness.blobs.delete(key!)
    expect(await refusalOf(harness.retrieve(backup.main))).to.equal('backup_missing')
    const fields = { backupId: backup.id, key }
    expect(harness.events.events).to.deep.equal([{ level: 'error', event: 'blob_lost', fields, cause: undefined }])
  })

  describe('while the blobs cannot be read', () => {
    let command: RetrieveBackupCommand

    beforeEach(async () => {
      command = await harness.answer(backup.main, 'retrieve')
      harness.blobs.unreadable = true
    })

    const retrieve = (): Promise<unknown> => harness.application.retrieveBackup.execute(command)

    const outcomes: readonly (readonly [string, readonly Fault[]])[] = [
      ['has used the challenge up', []],
      ['may have used the challenge up and has', ['before the effect', 'before the effect', 'after the effect']],
      ['may have used the challenge up and has not', ['before the effect', 'before the effect', 'before the effect']],
    ]
    for (const [outcome, faults] of outcomes) {
      it(`is unavailable, not to be repeated, where it ${outcome}`, async () => {
        harness.index.failNextCommits(...faults)
        expect(await rejectionOf(retrieve())).to.include({ code: 'unavailable', repeatable: false })
      })
    }

    it('keeps the reason for the log', async () => {
      expect(await rejectionOf(retrieve()))
        .to.have.property('cause')
        .that.is.instanceOf(StoreUnavailable)
    })

    it('says of a challenge that was used before that it was', async () => {
      await rejectionOf(retrieve())
      await expectRefused(harness, retrieve, 'already_used')
    })

    it('says what ended the right to it, which used nothing up', async () => {
      const passkey = new PasskeyClient({ counts: true })
      await harness.addFactor(backup, passkey)
      command = await harness.answer(passkey, 'retrieve')
      harness.index.beforeNextCommits(() => harness.deleteBackup(backup))
      expect(await refusalOf(retrieve())).to.equal('backup_untraceable')
    })

    it('succeeds with a new challenge once they can be', async () => {
      await rejectionOf(retrieve())
      harness.blobs.unreadable = false
      await expectIntact(harness, backup)
    })
  })

  it('is unavailable, and to be repeated, while nothing can be looked up, which uses nothing up', async () => {
    const command = await harness.answer(backup.main, 'retrieve')
    harness.index.unreadable = true
    const error = await rejectionOf(harness.application.retrieveBackup.execute(command))
    expect(error).to.include({ code: 'unavailable', repeatable: true })
    harness.index.unreadable = false
    await (await harness.application.retrieveBackup.execute(command)).blob.close()
  })
})
