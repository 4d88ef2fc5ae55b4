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
      return { kind: json.kind, idToken: { provider, token, audience: aud ?? undefined }, ...signatureOf(json) }
    }
    case 'EC_KEYPAIR':
      return { kind: json.kind, ...signatureOf(json) }
  }
}

function signatureOf({ publicKey, signature }: { readonly publicKey: string; readonly signature: string }) {
  return { publicKey: parseEcPublicKey(publicKey), signature: parseEcdsaSignature(signature) }
}
