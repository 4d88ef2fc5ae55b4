import { expect } from 'chai'
import type { JsonObject } from '../../domain/json.ts'
import { BrowserOwner } from '../support/browser-owner.ts'
import { BrowserPage } from '../support/browser-page.ts'
import { BrowserPasskeys } from '../support/browser-passkeys.ts'
import { agreementBy, type RetrievedJson } from '../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { accepted, outcomeOf, type MatrixClient } from '../support/matrix-client.ts'
import { KeypairHolder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'

/** Who turns options into a credential in the page. */
const CLIENTS = [
  { title: 'the browser’s own JSON methods', create: 'create', get: 'get' },
  { title: 'SimpleWebAuthn', create: 'register', get: 'authenticate' },
] as const

// The page is of another origin than the API, so only the ceremonies take place in it and requests come from here.
describe('passkeys of a real browser', function () {
  this.timeout(60_000)

  /** To be closed, as far as the preparations came. */
  const opened: { close(): Promise<void> }[] = []
  let page: BrowserPage
  let browser: BrowserPasskeys
  let service: MatrixService
  let client: MatrixClient
  let backups: MatrixBackups
  let owner: BrowserOwner

  before(async () => {
    page = await BrowserPage.serve()
    opened.push(page)
    browser = await BrowserPasskeys.open(page.origin)
    opened.push(browser)
    service = await MatrixService.start({
      environment: { WEBAUTHN_RP_ID: 'localhost', WEBAUTHN_ORIGINS: page.origin },
    })
    opened.push({ close: () => service.stop() })
    client = service.client
    backups = new MatrixBackups(client)
    owner = new BrowserOwner(browser, client)
  })

  beforeEach(() => browser.renewAuthenticator())

  after(async () => {
    for (const one of opened.reverse()) await one.close()
  })

  for (const { title, create, get } of CLIENTS) {
    describe(`by ${title}`, () => {
      it('create a backup, which hands the registration back as it came', async () => {
        const { credential, created } = await owner.createBackup(create)
        expect(created.backupMetadata.factors[0]?.kind).to.deep.equal({
          kind: 'PASSKEY',
          credentialId: credential.id,
          registration: credential,
          label: 'laptop',
        })
      })

      it('retrieve it, several times', async () => {
        const { content, created } = await owner.createBackup(create)
        for (let time = 1; time <= 3; time += 1) {
          const { challenge, token } = await owner.challengeFor('retrieve')
          // The options say `mediation: conditional`, which waits for a user who picks from a list: nobody does here.
          const credential = await browser[get](challenge.publicKey)
          const retrieved = accepted(
            await client.post<RetrievedJson>('/retrieve/from-challenge', {
              authorization: { kind: 'PASSKEY', credential },
              challengeToken: token,
            }),
          )
          expect(Buffer.from(retrieved.backup, 'base64')).to.deep.equal(content)
          expect(retrieved.metadata).to.deep.equal(created.backupMetadata)
        }
      })

      it('verify themselves', async () => {
        const { created } = await owner.createBackup(create)
        expect((await owner.verify(get)).body).to.deep.equal({ backupId: created.backupId })
      })

      it('are added by agreement of a keypair', async () => {
        const keypair = new KeypairHolder()
        const backup = await backups.create({ owner: keypair })
        const announced = await owner.announce()
        const credential = await browser[create](announced.newFactorChallenge.publicKey)
        const added = await client.post('/add-factor', {
          ...agreementBy(keypair, {
            challenge: announced.existingFactorChallenge,
            token: announced.existingFactorToken,
          }),
          newFactorAuthorization: { kind: 'PASSKEY', credential },
          newFactorChallengeToken: announced.newFactorToken,
          encryptedBackupKey: { kind: 'PRF', encryptedKey: 'sealed by a passkey' },
        })
        expect(outcomeOf(added)).to.equal('200')
        expect((await owner.verify(get)).body).to.deep.equal({ backupId: backup.id })
      })
    })
  }

  it('agree to another factor', async () => {
    await owner.createBackup('create')
    const fresh = new KeypairHolder()
    const announced = await client.announce(fresh.announcement())
    const credential = await browser.get({
      challenge: announced.existing.challenge,
      rpId: 'localhost',
      userVerification: 'required',
    })
    const added = await client.post('/add-factor', {
      existingFactorAuthorization: { kind: 'PASSKEY', credential },
      existingFactorChallengeToken: announced.existing.token,
      newFactorAuthorization: fresh.register(announced.fresh.challenge),
      newFactorChallengeToken: announced.fresh.token,
    })
    expect(outcomeOf(added)).to.equal('200')
  })

  it('are not made without verifying the user', async () => {
    await browser.setUserVerified(false)
    const { challenge } = await owner.creationChallenge()
    const outcome = await browser.create(challenge.publicKey).then(
      () => 'made',
      (error: unknown) => String(error),
    )
    expect(outcome).to.include('NotAllowedError')
  })

  it('say at creation that they can PRF', async () => {
    const { credential } = await owner.createBackup('create')
    expect(credential.clientExtensionResults).to.have.nested.property('prf.enabled', true)
  })

  it('are refused while they carry what PRF gave at creation, and taken without it', async () => {
    const { challenge, token } = await owner.creationChallenge()
    const credential = await browser.create(challenge.publicKey, { evaluatesPrf: true })
    expect(credential.clientExtensionResults).to.have.nested.property('prf.results.first')
    const { send } = await owner.creationRequest(token)
    expect(outcomeOf(await send(credential))).to.equal('400 webauthn_prf_results_not_allowed')
    expect(outcomeOf(await send(withoutPrfResults(credential)))).to.equal('200')
  })

  it('are refused while they carry what PRF gave at an assertion, and taken without it', async () => {
    await owner.createBackup('create')
    const { challenge, token } = await owner.challengeFor('retrieve')
    const credential = await browser.get(challenge.publicKey, { evaluatesPrf: true })
    expect(credential.clientExtensionResults).to.have.nested.property('prf.results.first')
    const retrieve = (presented: JsonObject) =>
      client.post('/retrieve/from-challenge', {
        authorization: { kind: 'PASSKEY', credential: presented },
        challengeToken: token,
      })
    expect(outcomeOf(await retrieve(credential))).to.equal('400 webauthn_prf_results_not_allowed')
    expect(outcomeOf(await retrieve(withoutPrfResults(credential)))).to.equal('200')
  })

  it('are refused if they come from an origin that is not configured', async () => {
    const elsewhere = await MatrixService.start({
      environment: { WEBAUTHN_RP_ID: 'localhost', WEBAUTHN_ORIGINS: 'http://localhost:1' },
    })
    try {
      const stranger = new BrowserOwner(browser, elsewhere.client)
      const { challenge, token } = await stranger.creationChallenge()
      const credential = await browser.create(challenge.publicKey)
      const { send } = await stranger.creationRequest(token)
      const answer = await send(credential)
      expect(outcomeOf(answer)).to.equal('400 webauthn_error')
    } finally {
      await elsewhere.stop()
    }
  })
})

function withoutPrfResults(credential: JsonObject): JsonObject {
  return { ...credential, clientExtensionResults: { prf: { enabled: true } } }
}
