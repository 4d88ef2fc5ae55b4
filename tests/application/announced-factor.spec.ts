import { expect } from 'chai'
import {
  announcedAccount,
  requireAnnounced,
  sameAnnouncement,
  type AnnouncedFactor,
} from '../../application/announced-factor.ts'
import type { Authorization } from '../../application/authorization.ts'
import { challengeOf } from '../../application/challenge.ts'
import type { DomainErrorCode } from '../../domain/domain-error.ts'
import { P256Keypair } from '../support/keypair.ts'
import { refusalOf } from '../support/refusal.ts'
import { keypairAuthorization } from './support/factor-clients.ts'
import { FOREIGN_CHALLENGE, PASSKEY_AUTHORIZATION } from './support/faulty-requests.ts'

const keypair = new P256Keypair()
const other = new P256Keypair()

const ANNOUNCEMENTS: Readonly<Record<string, AnnouncedFactor>> = {
  'a passkey': { kind: 'PASSKEY', creationChallenge: FOREIGN_CHALLENGE },
  'another passkey': { kind: 'PASSKEY', creationChallenge: challengeOf('B'.repeat(43)) },
  'an account': await announcedAccount('ID token'),
  'another account': await announcedAccount('another ID token'),
  'a keypair': { kind: 'EC_KEYPAIR', publicKey: keypair.publicKey },
  'another keypair': { kind: 'EC_KEYPAIR', publicKey: other.publicKey },
}

describe('sameAnnouncement', () => {
  const entries = Object.entries(ANNOUNCEMENTS)
  for (const [left, announced] of entries) {
    for (const [right, brought] of entries) {
      it(`${left === right ? 'knows' : 'tells apart'} ${left} and ${right}`, () => {
        expect(sameAnnouncement(announced, structuredClone(brought))).to.equal(left === right)
      })
    }
  }
})

describe('announcedAccount', () => {
  it('holds no more than a digest of the ID token', async () => {
    expect(await announcedAccount('abc')).to.deep.equal({
      kind: 'OIDC_ACCOUNT',
      idTokenDigest: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    })
  })
})

describe('requireAnnounced', () => {
  const account = (token: string): Authorization => ({
    ...keypairAuthorization(keypair, FOREIGN_CHALLENGE),
    kind: 'OIDC_ACCOUNT',
    idToken: { provider: 'GOOGLE', token },
  })
  const brought: Readonly<Record<string, Authorization>> = {
    'a passkey': PASSKEY_AUTHORIZATION,
    'an account': account('ID token'),
    'a keypair': keypairAuthorization(keypair, FOREIGN_CHALLENGE),
  }
  const refusals: Readonly<Record<string, Readonly<Record<string, DomainErrorCode | undefined>>>> = {
    'a passkey': {
      'a passkey': undefined,
      'another passkey': undefined,
      'an account': 'invalid_new_factor_type',
      'a keypair': 'invalid_new_factor_type',
    },
    'an account': {
      'an account': undefined,
      'another account': 'oidc_token_mismatch',
      'a passkey': 'invalid_new_factor_type',
      'a keypair': 'invalid_new_factor_type',
    },
    'a keypair': {
      'a keypair': undefined,
      'another keypair': 'invalid_challenge_context',
      'a passkey': 'invalid_new_factor_type',
      'an account': 'invalid_new_factor_type',
    },
  }
  for (const [what, codes] of Object.entries(refusals)) {
    for (const [announced, code] of Object.entries(codes)) {
      it(`${code === undefined ? 'takes' : `answers ${code} to`} ${what} where ${announced} was announced`, async () => {
        expect(await refusalOf(requireAnnounced(brought[what]!, ANNOUNCEMENTS[announced]!))).to.equal(code)
      })
    }
  }
})
