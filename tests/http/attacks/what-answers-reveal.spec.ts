import { expect } from 'chai'
import { AccountKeypair } from '../../support/keypair.ts'
import { agreementBy, enrolmentOf, manifestHashOf, newContent, newParts } from '../../support/matrix-backup-parts.ts'
import type { KnownBackup } from '../../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../../support/matrix-backups.ts'
import type { Answer, MatrixClient } from '../../support/matrix-client.ts'
import { KeypairHolder, RELYING_PARTY } from '../../support/matrix-holders.ts'
import type { Holder, PasskeyHolder, ProofFault } from '../../support/matrix-holders.ts'
import { MatrixService } from '../../support/matrix-service.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'
import { refusal, toldBy, type RevealingCode, type Told } from '../../support/told-by-answer.ts'

const KINDS = ['PASSKEY', 'OIDC_ACCOUNT', 'EC_KEYPAIR'] as const
const MAIN_OPERATIONS = ['retrieve', 'verify-factor', 'add-factor', 'undelete'] as const
const SYNC_OPERATIONS = ['sync', 'retrieve-metadata', 'delete-factor', 'delete-backup'] as const
/** What somebody who asks may be to the service. */
const STANDINGS = ['known', 'revoked', 'of a deleted backup', 'of the other list', 'unknown'] as const
type Standing = (typeof STANDINGS)[number]

for (const grace of ['0', '1']) {
  describe(`What answers reveal, where deletions have a grace of ${grace} hours`, () => {
    let service: MatrixService
    let client: MatrixClient
    let backups: MatrixBackups
    /** Has a main factor of each kind. */
    let theirs: KnownBackup
    let deleted: KnownBackup
    const mains = new Map<string, Holder>()
    const devices = new Map<Standing, KeypairHolder>()

    before(async () => {
      service = await MatrixService.start({ environment: { DELETION_GRACE_HOURS: grace } })
      client = service.client
      backups = new MatrixBackups(client)
      const owner = new KeypairHolder()
      theirs = await backups.create({ owner })
      const other = await backups.create()
      for (const kind of KINDS) {
        const [known, revoked, gone] = [service.newHolder(kind), service.newHolder(kind), service.newHolder(kind)]
        mains.set(`known ${kind}`, known).set(`revoked ${kind}`, revoked).set(`of a deleted backup ${kind}`, gone)
        mains.set(`unknown ${kind}`, service.newHolder(kind))
        await backups.addFactor(theirs.owner, known)
        await backups.deleteFactor(theirs, await backups.addFactor(theirs.owner, revoked))
        await backups.delete(await backups.create({ owner: gone }))
      }
      mains.set('of the other list EC_KEYPAIR', other.device)
      deleted = await backups.create()
      await backups.delete(deleted)
      const removed = await backups.addSyncFactor(other.owner)
      const factorId = (await backups.metadata(removed)).syncFactors.at(-1)!.id
      const proof = await backups.deviceProof('delete-factor', other.device, { factorId })
      await client.post('/delete-factor', { ...proof, factorId, scope: 'SYNC' })
      devices.set('known', other.device).set('revoked', removed).set('of a deleted backup', deleted.device)
      devices.set('of the other list', owner).set('unknown', new KeypairHolder())
    })
    after(() => service.stop())

    async function main(operation: (typeof MAIN_OPERATIONS)[number], holder: Holder, fault?: ProofFault) {
      if (operation === 'add-factor') {
        const fresh = new KeypairHolder()
        const challenges = await client.announce(fresh.announcement())
        const agreement = agreementBy(holder, challenges.existing)
        const existingFactorAuthorization = holder.prove(challenges.existing.challenge, fault)
        const enrolment = enrolmentOf(fresh, challenges.fresh)
        return client.post('/add-factor', { ...agreement, existingFactorAuthorization, ...enrolment })
      }
      const { challenge, token: challengeToken } = await backups.challenge(operation, holder)
      const path = operation === 'retrieve' ? '/retrieve/from-challenge' : `/${operation}`
      return client.post(path, { authorization: holder.prove(challenge, fault), challengeToken })
    }

    async function sync(operation: string, holder: Holder, fault?: ProofFault, parameters: object = {}) {
      const factorId = theirs.mainFactorId
      const named = operation === 'delete-factor' ? { factorId, ...parameters } : {}
      const { challenge, token: challengeToken } = await client.keypairChallenge(operation, named)
      const proof = { authorization: holder.prove(challenge, fault), challengeToken, ...parameters }
      if (operation === 'delete-factor') return client.post('/delete-factor', { ...proof, ...named, scope: 'MAIN' })
      if (operation !== 'sync') return client.post(`/${operation}`, proof)
      const hashes = { currentManifestHash: manifestHashOf(theirs.content), newManifestHash: '0'.repeat(64) }
      return client.upload('/sync', { ...proof, ...hashes }, newContent())
    }

    function tells(answer: Answer<unknown>, code: RevealingCode): void {
      expect(toldBy(answer)).to.deep.equal(refusal(code))
    }

    for (const operation of MAIN_OPERATIONS) {
      for (const kind of KINDS) {
        const standings = STANDINGS.filter((standing) => standing !== 'of the other list' || kind === 'EC_KEYPAIR')
        for (const standing of standings) {
          // Whose deletion can be undone is known to /undelete, and to nothing else.
          const recoverable = grace !== '0' && ['revoked', 'of a deleted backup'].includes(standing)
          const found = standing === 'known' || (operation === 'undelete' && recoverable)
          const broken = kind !== 'PASSKEY' ? 'signature_verification_error' : found ? 'webauthn_error' : undefined

          it(`${operation}, ${kind} ${standing}, proof broken: ${broken ?? 'backup_untraceable'}`, async () => {
            const holder = mains.get(`${standing} ${kind}`)!
            tells(await main(operation, holder, 'broken'), broken ?? 'backup_untraceable')
          })

          if (found) continue
          it(`${operation}, ${kind} ${standing}, proof right: backup_untraceable`, async () => {
            tells(await main(operation, mains.get(`${standing} ${kind}`)!), 'backup_untraceable')
          })
        }
      }
    }

    for (const operation of SYNC_OPERATIONS) {
      for (const standing of STANDINGS) {
        it(`${operation}, ${standing}, proof broken: signature_verification_error`, async () => {
          tells(await sync(operation, devices.get(standing)!, 'broken'), 'signature_verification_error')
        })
        if (standing === 'known') continue
        it(`${operation}, ${standing}, proof right: backup_untraceable`, async () => {
          tells(await sync(operation, devices.get(standing)!), 'backup_untraceable')
        })
      }
    }

    it("delete-factor tells nothing of a factor that is another backup's", async () => {
      const device = devices.get('known')!
      for (const factorId of [theirs.mainFactorId, deleted.mainFactorId, '00000000-0000-4000-8000-000000000000']) {
        tells(await sync('delete-factor', device, undefined, { factorId }), 'factor_not_found')
      }
    })

    for (const standing of STANDINGS) {
      const code = standing === 'known' ? 'backup_id_mismatch' : 'unauthorized_factor'
      it(`retrieve-metadata, ${standing}, naming a stranger's backup: ${code}, and of none backup_does_not_exist`, async () => {
        const ask = (backupId: string, fault?: ProofFault) =>
          sync('retrieve-metadata', devices.get(standing)!, fault, { backupId })
        tells(await ask(theirs.id), code)
        tells(await ask(theirs.id, 'broken'), 'signature_verification_error')
        tells(await ask(deleted.id), 'backup_does_not_exist')
        tells(await ask(new AccountKeypair().backupAccountId), 'backup_does_not_exist')
      })
    }

    it('backup/status tells the kinds of the main factors, and of a deleted backup what it tells of none', async () => {
      const kinds = [null, null, 'GOOGLE', null]
      const factors = ['EC_KEYPAIR', ...KINDS].map((kind, index) => ({ kind, accountKind: kinds[index] }))
      const { body } = await client.post('/backup/status', { backupId: theirs.id })
      expect(body).to.deep.equal({ backupId: theirs.id, factors })
      for (const backupId of [deleted.id, new AccountKeypair().backupAccountId]) {
        tells(await client.post('/backup/status', { backupId }), 'not_found')
      }
    })

    it('reset by a stranger tells nothing of whether there is a backup', async () => {
      const stranger = new AccountKeypair()
      for (const backupAccountId of [theirs.id, deleted.id, new AccountKeypair().backupAccountId]) {
        const { challenge, token } = await client.keypairChallenge('reset', { backupAccountId })
        const request = { backupAccountId, signature: stranger.sign(challenge), challengeToken: token }
        tells(await client.post('/reset', request), 'invalid_signature')
      }
    })

    async function create(change: object, given: Parameters<typeof newParts>[0] = {}): Promise<Told> {
      const parts = newParts(given)
      return toldBy(
        await client.upload('/create', { ...(await backups.createPayload(parts)), ...change }, parts.content),
      )
    }

    it('create tells of an id that it is taken, whatever else is', async () => {
      const reserved = grace === '0' ? [] : [deleted]
      for (const { id: backupAccountId } of [theirs, ...reserved]) {
        const taken = refusal('backup_account_id_already_exists')
        expect(await create({ backupAccountId })).to.deep.equal(taken)
        expect(await create({ backupAccountId }, { owner: theirs.owner })).to.deep.equal(taken)
      }
    })

    for (const kind of KINDS) {
      it(`create and a ${kind} of another backup: told once it is proved, and no more than that it is taken`, async () => {
        const owner = mains.get(`known ${kind}`)!
        expect(await create({}, { owner })).to.deep.equal(refusal('factor_already_exists'))
      })
    }

    it('create with a proof that is broken tells nothing of the id or the factor', async () => {
      const { challenge, token: challengeToken } = await client.keypairChallenge('create')
      const authorization = theirs.owner.register(challenge, 'broken')
      for (const backupAccountId of [theirs.id, new AccountKeypair().backupAccountId]) {
        const told = await create({ backupAccountId, authorization, challengeToken })
        expect(told).to.deep.equal(refusal('signature_verification_error'))
      }
    })

    it('create with the credential id of another passkey, which a registration does not prove: it is taken', async () => {
      const { credentialId } = (mains.get('known PASSKEY') as PasskeyHolder).authenticator
      const { challenge, token: challengeToken } = await client.passkeyChallenge('create')
      const registration = new SoftwareAuthenticator().create(
        { challenge, ...RELYING_PARTY },
        { attestedCredentialId: credentialId },
      )
      const id = credentialId.toString('base64url')
      const authorization = { kind: 'PASSKEY', credential: { ...registration, id, rawId: id }, label: 'phone' }
      expect(await create({ authorization, challengeToken })).to.deep.equal(refusal('factor_already_exists'))
    })
  })
}
