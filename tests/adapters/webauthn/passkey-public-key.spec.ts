import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { WebAuthnPasskeyVerifier } from '../../../adapters/webauthn/passkey-verifier.ts'
import {
  ceremonyFor,
  expectRefusal,
  freshChallenge,
  register,
  RELYING_PARTY,
} from '../../contract/passkey-verifier.fixture.ts'
import type { Cbor, CborMap } from '../../support/cbor.ts'
import { toCoseKey, type Algorithm } from '../../support/cose-key.ts'
import { SoftwareAuthenticator } from '../../support/software-authenticator.ts'

/** Labels of COSE_Key members (RFC 9052 §7.1, RFC 9053 §7.1, RFC 8230 §4). */
const [KTY, ALG, CRV, X, Y, N, E] = [1, 3, -1, -2, -3, -1, -2]

type Change = (key: CborMap) => CborMap

const REFUSED: Readonly<Record<Algorithm, readonly [title: string, change: Change][]>> = {
  ES256: [
    ['for ES384', set(ALG, -35)],
    ['for ES256K', set(ALG, -47)],
    ['for ML-DSA-44', set(ALG, -48)],
    ['for RS256', set(ALG, -257)],
    ['for EdDSA', set(ALG, -8)],
    ['for an algorithm in words', set(ALG, 'ES256')],
    ['for no algorithm', without(ALG)],
    ['of type OKP', set(KTY, 1)],
    ['of type RSA', set(KTY, 3)],
    ['of no type', without(KTY)],
    ['on P-384', set(CRV, 2)],
    ['on secp256k1', set(CRV, 8)],
    ['on no curve', without(CRV)],
    ['without x', without(X)],
    ['without y', without(Y)],
    ['that is a compressed point', set(Y, true)],
    ['with an x of 31 bytes', set(X, randomBytes(31))],
    ['with an x of 33 bytes', (key) => set(X, Buffer.concat([Buffer.alloc(1), bytesOf(key, X)]))(key)],
    ['that is no point of the curve', (key) => set(Y, bytesOf(key, X))(key)],
    ['at infinity', (key) => set(X, Buffer.alloc(32))(set(Y, Buffer.alloc(32))(key))],
  ],
  RS256: [
    ['for PS256', set(ALG, -37)],
    ['for RS512', set(ALG, -259)],
    ['for RS1', set(ALG, -65_535)],
    ['for ES256', set(ALG, -7)],
    ['of type EC2', set(KTY, 2)],
    ['without a modulus', without(N)],
    ['without an exponent', without(E)],
    ['with a number as exponent', set(E, 3)],
    ['with an exponent of 1', set(E, Uint8Array.of(1))],
    ['with an even exponent', set(E, Uint8Array.of(1, 0, 0))],
    ['with an exponent of 33 bits', set(E, Uint8Array.of(1, 0, 0, 0, 1))],
    ['with an exponent as long as the modulus', set(E, Buffer.alloc(256, 0xff))],
    ['of 1024 bits', () => toCoseKey('RS256', generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey)],
    ['of 8192 bits', set(N, Buffer.alloc(1024, 0xff))],
  ],
  EdDSA: [
    ['for ES256', set(ALG, -7)],
    ['of type EC2', set(KTY, 2)],
    ['on Ed448', set(CRV, 7)],
    ['on X25519', set(CRV, 4)],
    ['without x', without(X)],
    ['of 31 bytes', set(X, randomBytes(31))],
    ['of 57 bytes', set(X, randomBytes(57))],
  ],
}

for (const algorithm of ['ES256', 'RS256', 'EdDSA'] as const) {
  describe(`the public key of a passkey with ${algorithm}`, () => {
    const verifier = new WebAuthnPasskeyVerifier(RELYING_PARTY)
    const passkey = new SoftwareAuthenticator({ algorithm })

    it('is accepted as it is', async () => {
      await register(verifier, passkey)
    })

    if (algorithm === 'RS256') {
      it('is accepted with an exponent of 32 bits', async () => {
        const challenge = freshChallenge()
        const cosePublicKey = set(E, Buffer.alloc(4, 0xff))
        await verifier.verifyRegistration(passkey.create(ceremonyFor(challenge), { cosePublicKey }), challenge)
      })
    }

    for (const [title, cosePublicKey] of REFUSED[algorithm]) {
      it(`is refused as one ${title}`, async () => {
        const challenge = freshChallenge()
        const registration = passkey.create(ceremonyFor(challenge), { cosePublicKey })
        await expectRefusal(() => verifier.verifyRegistration(registration, challenge), 'webauthn_error')
      })
    }
  })
}

function set(label: number, value: Cbor): Change {
  return (key) => new Map([...key, [label, value]])
}

function without(label: number): Change {
  return (key) => new Map([...key].filter(([member]) => member !== label))
}

function bytesOf(key: CborMap, label: number): Uint8Array {
  const value = key.get(label)
  return value instanceof Uint8Array ? value : Buffer.alloc(0)
}
