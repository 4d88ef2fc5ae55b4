import { randomBytes } from 'node:crypto'
import type { Call } from '../../linearizability/support/backup-register.ts'
import { manifestHashOf, type BackupClient } from '../../support/http-backup-client.ts'
import { jsonRequest, type HttpRequest } from '../../support/http-client.ts'
import { multipartRequest, uploadParts } from '../../support/http-multipart.ts'
import type { P256Keypair } from '../../support/keypair.ts'

/** A request, and what it asks for in the words of the model. */
export interface SignedCall {
  readonly call: Call
  readonly request: HttpRequest
}

/** What a device answered: good for one use. */
interface ChallengeAnswer {
  readonly authorization: object
  readonly challengeToken: string
}

export async function signRetrieve(owner: BackupClient): Promise<SignedCall> {
  const answer = await owner.answer('retrieve', owner.main)
  return {
    call: { kind: 'retrieve', proofs: [answer.challengeToken] },
    request: jsonRequest('/v1/retrieve/from-challenge', answer),
  }
}

export async function signMetadata(owner: BackupClient, by: P256Keypair): Promise<SignedCall> {
  const answer = await owner.answer('retrieve-metadata', by)
  return {
    call: { kind: 'retrieve-metadata', by: by.publicKey, proofs: [answer.challengeToken] },
    request: jsonRequest('/v1/retrieve-metadata', answer),
  }
}

/** @param count of syncs to bytes of their own, all with the one answer */
export async function signSyncs(
  owner: BackupClient,
  { by, from, count = 1 }: { readonly by: P256Keypair; readonly from: string; readonly count?: number },
): Promise<SignedCall[]> {
  const answer = await owner.answer('sync', by)
  return Array.from({ length: count }, () => syncCall(by, answer, from))
}

function syncCall(by: P256Keypair, answer: ChallengeAnswer, from: string): SignedCall {
  const newer = randomBytes(500)
  const to = manifestHashOf(newer)
  const payload = { ...answer, currentManifestHash: from, newManifestHash: to }
  return {
    call: { kind: 'sync', by: by.publicKey, proofs: [answer.challengeToken], from, to },
    request: multipartRequest('/v1/sync', uploadParts(payload, newer)),
  }
}

export async function signAddSyncFactor(
  owner: BackupClient,
  device: P256Keypair,
  syncFactorToken: string,
): Promise<SignedCall> {
  const { authorization, challengeToken } = await owner.answer('add-sync-factor', device)
  return {
    call: { kind: 'add-sync-factor', factor: device.publicKey, proofs: [challengeToken, syncFactorToken] },
    request: jsonRequest('/v1/add-sync-factor', { syncFactor: authorization, challengeToken, syncFactorToken }),
  }
}

/** @param factor with the id that the service gave it */
export async function signDeleteSyncFactor(
  owner: BackupClient,
  by: P256Keypair,
  factor: { readonly id: string; readonly publicKey: string },
): Promise<SignedCall> {
  const answer = await owner.answer('delete-factor', by, { factorId: factor.id })
  return {
    call: { kind: 'delete-factor', by: by.publicKey, factor: factor.publicKey, proofs: [answer.challengeToken] },
    request: jsonRequest('/v1/delete-factor', { ...answer, factorId: factor.id, scope: 'SYNC' }),
  }
}
