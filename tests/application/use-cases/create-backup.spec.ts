import { expect } from 'chai'
import { unixSeconds } from '../../../application/ports/clock.ts'
import type { DomainErrorCode } from '../../../domain/domain-error.ts'
import { manifestHashOf, newContent } from '../../support/application-harness.ts'
import { AccountKeypair, P256Keypair } from '../../support/keypair.ts'
import { refusalOf } from '../../support/refusal.ts'
import { expectIntact, expectRefused, outcomesOf, storedMetadata, UUID } from '../support/expectations.ts'
import { keypairAuthorization, KeypairClient, PasskeyClient, type FactorClient } from '../support/factor-clients.ts'
import { FOREIGN_CHALLENGE } from '../support/faulty-requests.ts'
import { openHarness, type InterleavedHarness } from '../support/open-harness.ts'
import { RecordedBody } from '../support/recorded-body.ts'

describe('CreateBackup', () => {
  let harness: InterleavedHarness

  beforeEach(() => {
    harness = openHarness()
  })

  const owners: readonly (readonly [string, () => FactorClient])[] = [
    ['a passkey', () => new PasskeyClient()],
    ['an OIDC account', () => harness.newAccountClient()],
    ['an EC keypair', () => new KeypairClient()],
  ]
  for (const [kind, newOwner] of owners) {
    it(`creates a backup whose first main factor is ${kind}, and which that factor retrieves`, async () => {
      const backup = await harness.createBackup({ main: newOwner() })
      await expectIntact(harness, backup)
    })

    it(`refuses ${kind} that answered another challenge`, async () => {
      const main = newOwner()
      const command = await harness.createCommand({ main })
      const authorization = main.enrol(FOREIGN_CHALLENGE)
      const code = main.kind === 'PASSKEY' ? 'webauthn_error' : 'signature_verification_error'
      await expectRefused(harness, () => harness.application.createBackup.execute({ ...command, authorization }), code)
    })
  }

  it('answers what was stored, dated now, with an id of its own for each factor', async () => {
    const main = harness.newAccountClient()
    const { id, device, metadata, content } = await harness.createBackup({ main })
    const [factor] = metadata.factors
    const [syncFactor] = metadata.syncFactors
    const createdAt = unixSeconds(harness.clock)
    expect(metadata).to.deep.equal({
      id,
      keys: [main.encryptedKey],
      factors: [
        {
          id: factor?.id,
          createdAt,
          kind: {
            kind: 'OIDC_ACCOUNT',
            account: { kind: 'GOOGLE', maskedEmail: 'so***@example.org' },
            turnkeyProviderId: 'turnkey provider',
          },
        },
      ],
      syncFactors: [{ id: syncFactor?.id, createdAt, kind: { kind: 'EC_KEYPAIR', publicKey: device.publicKey } }],
      manifestHash: manifestHashOf(content),
    })
    expect(factor?.id).to.match(UUID)
    expect(syncFactor?.id).to.match(UUID).and.not.equal(factor?.id)
    expect(await storedMetadata(harness, id)).to.deep.equal(metadata)
  })

  it('keeps a passkey with its label and its registration as it came', async () => {
    const command = await harness.createCommand({ main: new PasskeyClient() })
    const metadata = await harness.application.createBackup.execute(command)
    const { authorization } = command
    expect(metadata.factors[0]?.kind).to.deep.include({
      label: 'phone',
      registration: authorization.kind === 'PASSKEY' ? authorization.credential : undefined,
    })
  })

  it('stores nothing but the one blob', async () => {
    const { id } = await harness.createBackup()
    const stored = await harness.index.load(id)
    expect(await harness.blobs.keys()).to.deep.equal([stored?.backup.state.blob.key])
  })

  it('lets a keypair be the main factor of one backup and the sync factor of another', async () => {
    const main = new KeypairClient()
    const first = await harness.createBackup({ main })
    const second = await harness.createBackup({ device: main.keypair })
    await expectIntact(harness, first)
    await expectIntact(harness, await harness.sync(second))
  })

  it('refuses one challenge for both factors, which would be used twice', async () => {
    const owner = { main: new KeypairClient(), device: new P256Keypair() }
    const command = await harness.createCommand(owner)
    const { challenge, token } = await harness.application.challenges.issue('keypair', { operation: 'create' })
    const doubled = {
      ...command,
      authorization: owner.main.enrol(challenge),
      challengeToken: token,
      initialSyncFactor: keypairAuthorization(owner.device, challenge),
      initialSyncChallengeToken: token,
    }
    await expectRefused(harness, () => harness.application.createBackup.execute(doubled), 'already_used')
    await harness.application.createBackup.execute(command)
  })

  it('takes a body of exactly the largest size', async () => {
    await expectIntact(harness, await harness.createBackup({ content: newContent(1024) }))
  })

  const badBodies: readonly (readonly [string, DomainErrorCode, readonly Uint8Array[]])[] = [
    ['no chunk at all', 'empty_backup_file', []],
    ['nothing but empty chunks', 'empty_backup_file', [new Uint8Array(), new Uint8Array()]],
    ['one byte too many', 'content_too_large', [newContent(1024), newContent(1)]],
    ['one chunk that is too large', 'content_too_large', [newContent(1025)]],
  ]
  for (const [what, code, chunks] of badBodies) {
    it(`refuses a body of ${what}, and both challenges still serve`, async () => {
      const command = await harness.createCommand()
      const faulty = { ...command, body: new RecordedBody(chunks) }
      await expectRefused(harness, () => harness.application.createBackup.execute(faulty), code)
      await harness.application.createBackup.execute(command)
    })
  }

  it('leaves nothing of a body that breaks off, and both challenges still serve', async () => {
    const command = await harness.createCommand()
    const failure = new Error('the connection was lost')
    const faulty = { ...command, body: new RecordedBody([newContent()], failure) }
    const reason: unknown = await harness.application.createBackup.execute(faulty).catch((error: unknown) => error)
    expect(reason).to.equal(failure)
    expect(await harness.blobs.keys()).to.deep.equal([])
    expect(harness.index.effects).to.equal(0)
    await harness.application.createBackup.execute(command)
  })

  it('lets one of five parallel creations of one id win, and keeps the winner’s bytes alone', async () => {
    const account = new AccountKeypair()
    const owners = Array.from({ length: 5 }, () => ({
      account,
      main: new KeypairClient(),
      device: new P256Keypair(),
      content: newContent(),
    }))
    const commands = await Promise.all(owners.map((owner) => harness.createCommand(owner)))
    harness.index.gatherNextCommits(5)
    const requests = commands.map((command) => harness.application.createBackup.execute(command))
    expect(await outcomesOf(requests)).to.deep.equal([
      ...Array<string>(4).fill('backup_account_id_already_exists'),
      'done',
    ])

    await harness.application.sealedBlobs.settle()
    const stored = await harness.index.load(account.backupAccountId)
    const winner = owners.find(({ content }) => manifestHashOf(content) === stored?.backup.state.manifestHash)
    const retrieved = await harness.retrieve(winner!.main)
    expect(retrieved.content).to.deep.equal(Buffer.from(winner!.content))
    expect(await harness.blobs.keys()).to.have.lengthOf(1)
  })

  it('lets one of five parallel creations with one main factor win', async () => {
    const main = new KeypairClient()
    const commands = await Promise.all(Array.from({ length: 5 }, () => harness.createCommand({ main })))
    harness.index.gatherNextCommits(5)
    const requests = commands.map((command) => harness.application.createBackup.execute(command))
    expect(await outcomesOf(requests)).to.deep.equal(['done', ...Array<string>(4).fill('factor_already_exists')])
    await harness.application.sealedBlobs.settle()
    expect(await harness.blobs.keys()).to.have.lengthOf(1)
  })

  it('keeps both challenges of a creation that lost the race for the id', async () => {
    const account = new AccountKeypair()
    const command = await harness.createCommand({ account })
    harness.index.beforeNextCommits(() => harness.createBackup({ account }))
    expect(await refusalOf(harness.application.createBackup.execute(command))).to.equal(
      'backup_account_id_already_exists',
    )
    const elsewhere = { ...command, backupId: new AccountKeypair().backupAccountId }
    await harness.application.createBackup.execute(elsewhere)
  })
})
