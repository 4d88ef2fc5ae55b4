import { expect } from 'chai'
import { agreementBy, enrolmentOf } from '../support/matrix-backup-parts.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { outcomeOf, type ChallengeWithToken, type MatrixClient } from '../support/matrix-client.ts'
import { AccountHolder, KeypairHolder, PasskeyHolder } from '../support/matrix-holders.ts'
import { MatrixService } from '../support/matrix-service.ts'
import { stampedAgreementBy, turnkeyActivity } from '../support/matrix-turnkey.ts'

/** An agreement that is not to be believed. */
interface Row {
  readonly title: string
  readonly code: string
  readonly agree: (owner: PasskeyHolder, challenge: ChallengeWithToken) => object
}

const OTHER_CHALLENGE = { challenge: Buffer.alloc(32).toString('base64url'), token: '' }

const ROWS: readonly Row[] = [
  { title: 'an activity that is no JSON', code: 'invalid_turnkey_activity', agree: stamping(() => '{') },
  { title: 'an activity that is no object', code: 'invalid_turnkey_activity', agree: stamping(() => '[]') },
  withChanges('no timestamp', 'invalid_turnkey_activity', () => ({ timestampMs: undefined })),
  withChanges('no organization', 'invalid_turnkey_activity', () => ({ organizationId: undefined })),
  withChanges('a timestamp of 6 minutes ago', 'turnkey_activity_error', () => ({ timestampMs: inSeconds(-360) })),
  withChanges('a timestamp in 1 minute', 'turnkey_activity_error', () => ({ timestampMs: inSeconds(60) })),
  withChanges('another type', 'turnkey_activity_error', () => ({ type: 'ACTIVITY_TYPE_SIGN_RAW_PAYLOAD_V2' })),
  withChanges('another organization', 'turnkey_activity_error', () => ({ organizationId: 'another' })),
  withChanges('no metadata', 'invalid_challenge', () => ({ metadata: undefined })),
  {
    title: 'the challenge of another announcement',
    code: 'invalid_challenge',
    agree: (owner, challenge) => stampedAgreementBy(owner, challenge, turnkeyActivity(OTHER_CHALLENGE)),
  },
  {
    title: 'a text that differs from the stamped one by a space',
    code: 'webauthn_error',
    agree: (owner, challenge) => {
      const agreement = stampedAgreementBy(owner, challenge)
      return { ...agreement, existingFactorTurnkeyActivity: `${agreement.existingFactorTurnkeyActivity} ` }
    },
  },
  {
    title: 'an assertion of the bare challenge beside the activity',
    code: 'webauthn_error',
    agree: (owner, challenge) => ({
      ...stampedAgreementBy(owner, challenge),
      existingFactorAuthorization: owner.prove(challenge.challenge),
    }),
  },
  {
    title: 'a stamp without the activity',
    code: 'webauthn_error',
    agree: (owner, challenge) => ({
      ...stampedAgreementBy(owner, challenge),
      existingFactorTurnkeyActivity: null,
    }),
  },
  {
    title: 'the stamp of another passkey',
    code: 'backup_untraceable',
    agree: (_owner, challenge) => stampedAgreementBy(new PasskeyHolder(), challenge),
  },
]

describe('add-factor: a Turnkey activity in place of the bare challenge', () => {
  let service: MatrixService
  let client: MatrixClient
  let backups: MatrixBackups

  before(async () => {
    service = await MatrixService.start()
    client = service.client
    backups = new MatrixBackups(client)
  })

  after(() => service.stop())

  for (const { title, code, agree } of ROWS) {
    it(`refuses ${title}, and uses nothing up`, async () => {
      const owner = new PasskeyHolder()
      await backups.create({ owner, encryptedKey: AccountHolder.ENCRYPTED_KEY })
      const fresh = new KeypairHolder()
      const challenges = await client.announce(fresh.announcement())
      const enrolment = enrolmentOf(fresh, challenges.fresh)

      const refused = await client.post('/add-factor', { ...agree(owner, challenges.existing), ...enrolment })
      expect(outcomeOf(refused)).to.equal(`400 ${code}`)
      const agreement = stampedAgreementBy(owner, challenges.existing)
      expect(outcomeOf(await client.post('/add-factor', { ...agreement, ...enrolment }))).to.equal('200')
    })
  }

  it('takes an activity of any organization where no key is kept at Turnkey', async () => {
    const owner = new PasskeyHolder()
    await backups.create({ owner })
    const fresh = new KeypairHolder()
    const challenges = await client.announce(fresh.announcement())
    const activity = turnkeyActivity(challenges.existing, { organizationId: 'another' })
    const agreement = stampedAgreementBy(owner, challenges.existing, activity)
    const answer = await client.post('/add-factor', { ...agreement, ...enrolmentOf(fresh, challenges.fresh) })
    expect(outcomeOf(answer)).to.equal('200')
  })

  it('takes the bare challenge where a key is kept at Turnkey', async () => {
    const owner = new PasskeyHolder()
    await backups.create({ owner, encryptedKey: AccountHolder.ENCRYPTED_KEY })
    const fresh = new KeypairHolder()
    const challenges = await client.announce(fresh.announcement())
    const agreement = agreementBy(owner, challenges.existing)
    const answer = await client.post('/add-factor', { ...agreement, ...enrolmentOf(fresh, challenges.fresh) })
    expect(outcomeOf(answer)).to.equal('200')
  })
})

function stamping(activity: () => string): Row['agree'] {
  return (owner, challenge) => stampedAgreementBy(owner, challenge, activity())
}

function withChanges(title: string, code: string, changes: () => Readonly<Record<string, unknown>>): Row {
  return {
    title: `an activity with ${title}`,
    code,
    agree: (owner, challenge) => stampedAgreementBy(owner, challenge, turnkeyActivity(challenge, changes())),
  }
}

function inSeconds(seconds: number): string {
  return String(Date.now() + seconds * 1000)
}
