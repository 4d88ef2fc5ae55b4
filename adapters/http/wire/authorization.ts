import type { Authorization } from '../../../application/authorization.ts'
import { parseEcPublicKey } from '../../../domain/ec-public-key.ts'
import { parseEcdsaSignature } from '../../../domain/ecdsa-signature.ts'
import type { AuthorizationJson } from './requests.ts'

/** @throws {DomainError} `invalid_payload` */
export function authorizationOf(json: AuthorizationJson): Authorization {
  switch (json.kind) {
    case 'PASSKEY':
      return { kind: json.kind, credential: json.credential, label: json.label ?? null }
    case 'OIDC_ACCOUNT': {
      const { kind: provider, token, aud } = json.oidcToken
      // Where it counts it was checked to be text; where it does not it is an unknown member, which may be anything.
      const audience = typeof aud === 'string' ? aud : undefined
      return { kind: json.kind, idToken: { provider, token, audience }, ...signatureOf(json) }
    }
    case 'EC_KEYPAIR':
      return { kind: json.kind, ...signatureOf(json) }
  }
}

function signatureOf({ publicKey, signature }: { readonly publicKey: string; readonly signature: string }) {
  return { publicKey: parseEcPublicKey(publicKey), signature: parseEcdsaSignature(signature) }
}
