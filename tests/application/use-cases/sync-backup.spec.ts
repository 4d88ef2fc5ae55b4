import { expect } from 'chai'
import type { SyncBackupCommand } from '../../../application/use-cases/sync-backup.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import { manifestHashOf, newContent, type CreatedBackup } from '../../support/application-harness.ts'
import { P256Keypair } from '../../support/keypair.ts'
import { refusalOf } from '../../support/refusal.ts'
import { expectIntact, expectRefused, storedMetadata } from '../support/expectations.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'
import { FOREIGN_CHALLENGE, PASSKEY_AUTHORIZATION } from '../support/faulty-requests.ts'
import { keypairAuthorization, KeypairClient } from '../support/factor-clients.ts'
import { RecordedBody } from '../support/recorded-body.ts'

describe('SyncBackup', () => {
  let harness: InterleavedHarness
  let backup: CreatedBackup

  beforeEach(async () => {
    harness = openHarness()
    backup = await harness.createBackup()
  })

  it('replaces bytes and manifest hash, and nothing else', async () => {
    const newer = newContent(100)
    const command = await harness.syncCommand(backup, newer)
    expect(await harness.application.syncBackup.execute(command)).to.equal(backup.id)
    await expectIntact(harness, { ...backup, content: newer })
    expect(await storedMetadata(harness, backup.id)).to.deep.equal({
      ...backup.metadata,
      manifestHash: manifestHashOf(newer),
    })
  })

  it('is open to every sync factor', async () => {
    const device = await harness.addSyncFactor(backup)
    await expectIntact(harness, await harness.sync({ ...backup, device }))
  })

  it('may lead to the manifest hash it starts from', async () => {
    const content = newContent()
    const command = await harness.syncCommand(backup, backup.content)
    await harness.application.syncBackup.execute({ ...command, body: new RecordedBody([content]) })
    expect((await harness.retrieve(backup.main)).content).to.deep.equal(Buffer.from(content))
  })

  for (const history of [1, 3]) {
    it(`keeps ${history} superseded blobs, and removes the one before them`, async () => {
      harness = openHarness({ history })
      let current = await harness.createBackup()
      for (let syncs = 1; syncs <= history + 2; syncs += 1) {
        current = await harness.sync(current)
        await harness.application.sealedBlobs.settle()
        const stored = await harness.index.load(current.id)
        const kept = stored?.backup.blobs().map(({ key }) => key) ?? []
        expect(kept).to.have.lengthOf(Math.min(syncs, history) + 1)
        expect(await harness.blobs.keys()).to.deep.equal(kept.sort())
      }
      await expectIntact(harness, current)
    })
  }

  it('succeeds although a superseded blob cannot be removed, and tells the operator which', async () => {
    const first = await harness.sync(backup)
    const stored = await harness.index.load(backup.id)
    const [superseded] = stored!.backup.state.supersededBlobs
    harness.index.beforeNextCommits(async () => {
      harness.blobs.readOnly = true
    })
    const second = await harness.sync(first)
    await harness.application.sealedBlobs.settle()
    const [warning, ...others] = harness.events.events
    expect(warning).to.deep.include({ level: 'warn', event: 'blob_left_behind', fields: { key: superseded?.key } })
    expect(others).to.deep.equal([])
    await expectIntact(harness, second)
  })

  it('is unavailable while blobs cannot be stored, and the challenge still serves', async () => {
    const command = await harness.syncCommand(backup, newContent())
    const request = (): Promise<unknown> => harness.application.syncBackup.execute(command)
    harness.blobs.readOnly = true
    await expectRefused(harness, request, 'unavailable')
    harness.blobs.readOnly = false
    await request()
  })

  describe('refuses, without reading the body,', () => {
    type Change = Partial<SyncBackupCommand>
    const faults: readonly (readonly [string, DomainErrorCode, () => Change | Promise<Change>])[] = [
      [
        'another state than the current one',
        'manifest_hash_mismatch',
        () => ({ currentManifestHash: manifestHashOf(newContent()) }),
      ],
      ['a passkey', 'invalid_authorization_type', () => ({ authorization: PASSKEY_AUTHORIZATION })],
      [
        'an OIDC account',
        'invalid_authorization_type',
        () => ({ authorization: harness.newAccountClient().prove(FOREIGN_CHALLENGE) }),
      ],
      [
        'a signature over something else',
        'signature_verification_error',
        () => ({ authorization: keypairAuthorization(backup.device, FOREIGN_CHALLENGE) }),
      ],
      [
        'a main factor',
        'backup_untraceable',
        async () => {
          const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'sync' })
          return { authorization: backup.main.prove(challenge), challengeToken: token }
        },
      ],
      [
        'a keypair that is no factor',
        'backup_untraceable',
        () => harness.deviceAnswer(new P256Keypair(), { operation: 'sync' }),
      ],
      [
        'a challenge of another operation',
        'invalid_challenge_context',
        () => harness.deviceAnswer(backup.device, { operation: 'retrieve-metadata' }),
      ],
    ]
    for (const [fault, code, introduce] of faults) {
      it(fault, async () => {
        const command = await harness.syncCommand(backup, newContent())
        const body = new RecordedBody([newContent()])
        const faulty = { ...command, body, ...(await introduce()) }
        await expectRefused(harness, () => harness.application.syncBackup.execute(faulty), code)
        expect(body.reads).to.equal(0)
        await harness.application.syncBackup.execute(command)
      })
    }

    it('a state that was current before the last sync', async () => {
      const command = await harness.syncCommand(backup, newContent())
      await harness.sync(backup)
      const request = (): Promise<unknown> => harness.application.syncBackup.execute(command)
      await expectRefused(harness, request, 'manifest_hash_mismatch')
    })

    it('a sync factor of the backup that this one replaced', async () => {
      await harness.deleteBackup(backup)
      await harness.createBackup({ account: backup.account, main: new KeypairClient() })
      const command = await harness.syncCommand(backup, newContent())
      const request = (): Promise<unknown> => harness.application.syncBackup.execute(command)
      await expectRefused(harness, request, 'backup_untraceable')
    })
  })

  it('takes a body of exactly the largest size, and of one byte', async () => {
    const largest = await harness.sync(backup, newContent(1024))
    await expectIntact(harness, largest)
    await expectIntact(harness, await harness.sync(largest, newContent(1)))
  })

  const badBodies: readonly (readonly [string, DomainErrorCode, readonly Uint8Array[]])[] = [
    ['no byte', 'empty_backup_file', []],
    ['one byte too many', 'content_too_large', [newContent(1000), newContent(25)]],
  ]
  for (const [what, code, chunks] of badBodies) {
    it(`refuses a body of ${what}, and the challenge still serves`, async () => {
      const command = await harness.syncCommand(backup, newContent())
      const faulty = { ...command, body: new RecordedBody(chunks) }
      await expectRefused(harness, () => harness.application.syncBackup.execute(faulty), code)
      await harness.application.syncBackup.execute(command)
    })
  }

  it('leaves nothing of a body that breaks off, and the challenge still serves', async () => {
    const command = await harness.syncCommand(backup, newContent())
    const failure = new Error('the connection was lost')
    const faulty = { ...command, body: new RecordedBody([newContent()], failure) }
    const keys = await harness.blobs.keys()
    const reason: unknown = await refusalOf(harness.application.syncBackup.execute(faulty)).catch(
      (error: unknown) => error,
    )
    expect(reason).to.equal(failure)
    expect(await harness.blobs.keys()).to.deep.equal(keys)
    await harness.application.syncBackup.execute(command)
  })
})
