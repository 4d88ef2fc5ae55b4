import { WebAuthnPasskeyVerifier } from '../../adapters/webauthn/passkey-verifier.ts'
import { describePasskeyVerifier } from './passkey-verifier.contract.ts'
import { RELYING_PARTY } from './passkey-verifier.fixture.ts'

describePasskeyVerifier('SimpleWebAuthn', () => new WebAuthnPasskeyVerifier(RELYING_PARTY))
