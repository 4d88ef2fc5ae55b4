import { createHash, randomBytes } from 'node:crypto'
import { AccountKeypair } from './keypair.ts'
import type { ChallengeWithToken } from './matrix-client.ts'
import { KeypairHolder, type Holder } from './matrix-holders.ts'

/** Who a backup is made for. */
export interface BackupParts {
  readonly account: AccountKeypair
  /** Holds its first main factor. */
  readonly owner: Holder
  /** Holds its first sync factor. */
  readonly device: KeypairHolder
  readonly content: Buffer
  /** Instead of the key that fits the owner. */
  readonly encryptedKey: { readonly kind: string }
}

export interface FactorJson {
  readonly id: string
  readonly kind: { readonly kind: string }
}

export interface MetadataJson {
  readonly id: string
  readonly keys: readonly { readonly kind: string }[]
  readonly factors: readonly FactorJson[]
  readonly syncFactors: readonly FactorJson[]
  readonly manifestHash: string
}

/** A backup as whoever made it knows it. */
export interface KnownBackup extends BackupParts {
  readonly id: string
  /** As the service answered at creation. */
  readonly metadata: MetadataJson
  readonly mainFactorId: string
  readonly syncFactorId: string
}

export interface RetrievedJson {
  readonly backup: string
  readonly metadata: MetadataJson
  readonly syncFactorToken: string
}

/** A proof as most requests begin. */
export interface ProofJson {
  readonly authorization: object
  readonly challengeToken: string
}

/** The client's own hash of what it sealed. */
export function manifestHashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

export function newContent(): Buffer {
  return randomBytes(100)
}

/** Of an existing factor, as `/add-factor` wants it. */
export function agreementBy(
  holder: Holder,
  { challenge, token }: ChallengeWithToken,
): { readonly existingFactorAuthorization: object; readonly existingFactorChallengeToken: string } {
  return { existingFactorAuthorization: holder.prove(challenge), existingFactorChallengeToken: token }
}

/** Of a new factor, the same. */
export function enrolmentOf(
  holder: Holder,
  { challenge, token }: ChallengeWithToken,
): { readonly newFactorAuthorization: object; readonly newFactorChallengeToken: string } {
  return { newFactorAuthorization: holder.register(challenge), newFactorChallengeToken: token }
}

export function newParts(given: Partial<BackupParts> = {}): BackupParts {
  const owner = given.owner ?? new KeypairHolder()
  return {
    account: new AccountKeypair(),
    device: new KeypairHolder(),
    content: newContent(),
    encryptedKey: owner.encryptedKey,
    ...given,
    owner,
  }
}
