import { DomainError } from '../domain/domain-error.ts'
import type { EcPublicKey } from '../domain/ec-public-key.ts'
import type { Authorization } from './authorization.ts'
import type { Challenge } from './challenge.ts'
import { sha256Hex } from './sha256.ts'

/** Exactly one new main factor, as it was announced before an existing factor agreed to it. */
export type AnnouncedFactor =
  | { readonly kind: 'PASSKEY'; readonly creationChallenge: Challenge }
  | { readonly kind: 'OIDC_ACCOUNT'; readonly idTokenDigest: string }
  | { readonly kind: 'EC_KEYPAIR'; readonly publicKey: EcPublicKey }

/** An account is announced by its ID token; its digest says which, at the size of a digest. */
export async function announcedAccount(idToken: string): Promise<AnnouncedFactor> {
  return { kind: 'OIDC_ACCOUNT', idTokenDigest: await sha256Hex(idToken) }
}

/** @throws {DomainError} `invalid_new_factor_type` */
export function requireAnnouncedKind({ kind }: Authorization, announced: AnnouncedFactor): void {
  if (kind === announced.kind) return
  throw new DomainError('invalid_new_factor_type', 'the new factor is not of the kind that was announced')
}

/**
 * That the factor brought is the one announced; for a passkey, which did not exist yet, its creation challenge stands
 * for it, and the registration proves that.
 * @throws {DomainError} `invalid_new_factor_type`, `oidc_token_mismatch`, `invalid_challenge_context`
 */
export async function requireAnnounced(authorization: Authorization, announced: AnnouncedFactor): Promise<void> {
  requireAnnouncedKind(authorization, announced)
  if (authorization.kind === 'OIDC_ACCOUNT') {
    if (!sameAnnouncement(announced, await announcedAccount(authorization.idToken.token))) {
      throw new DomainError('oidc_token_mismatch', 'the ID token is not the one that was announced')
    }
  } else if (authorization.kind === 'EC_KEYPAIR') {
    if (!sameAnnouncement(announced, { kind: 'EC_KEYPAIR', publicKey: authorization.publicKey })) {
      throw new DomainError('invalid_challenge_context', 'the new keypair is not the one that was announced')
    }
  }
}

export function sameAnnouncement(left: AnnouncedFactor, right: AnnouncedFactor): boolean {
  switch (left.kind) {
    case 'PASSKEY':
      return right.kind === 'PASSKEY' && left.creationChallenge === right.creationChallenge
    case 'OIDC_ACCOUNT':
      return right.kind === 'OIDC_ACCOUNT' && left.idTokenDigest === right.idTokenDigest
    case 'EC_KEYPAIR':
      return right.kind === 'EC_KEYPAIR' && left.publicKey === right.publicKey
  }
}
