import type { Brand } from './brand.ts'
import type { Credential, CredentialReference, EcKeypairCredential } from './credential.ts'

/** A UUID (RFC 9562), minted here. */
export type FactorId = Brand<string, 'FactorId'>

/** Main factors recover and manage a backup; sync factors (device keypairs) only keep it up to date. */
export type FactorScope = 'MAIN' | 'SYNC'

/** Something that proves a right on a backup, and since when. */
export interface Factor<Kind extends Credential = Credential> {
  readonly id: FactorId
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly credential: Kind
}

export type MainFactor = Factor
export type SyncFactor = Factor<EcKeypairCredential>

/** What a factor is found by: within a scope, a credential belongs to one backup only, service-wide. */
export interface FactorReference {
  readonly scope: FactorScope
  readonly credential: CredentialReference
}

/** As a client names a factor: UUIDs are read in any case (RFC 9562 §4) and compared in lower case. */
export function parseFactorId(input: string): FactorId {
  return factorId(input.toLowerCase())
}

/** The one cast; ids are minted by the application and come back from the store. */
export function factorId(uuid: string): FactorId {
  return uuid as FactorId
}
