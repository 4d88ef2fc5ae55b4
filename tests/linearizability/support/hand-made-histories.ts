import type { BackupOperation, Call, Outcome } from './backup-register.ts'

export const DEVICE = 'device'
export const TABLET = 'tablet'
export const DONE: Outcome = { kind: 'done' }

/** An operation from its beginning to its end. */
export type Timed = readonly [began: number, ended: number, call: Call, outcome: Outcome | 'unknown']

let proofs = 0

function fresh(): string {
  proofs += 1
  return `proof ${proofs}`
}

/** Whatever is not said about a call is of its own. */
export function sync(from: string, to: string, { by = DEVICE, proof = fresh() } = {}): Call {
  return { kind: 'sync', by, proofs: [proof], from, to }
}

export function retrieve(proof = fresh()): Call {
  return { kind: 'retrieve', proofs: [proof] }
}

export function metadataBy(by: string, proof = fresh()): Call {
  return { kind: 'retrieve-metadata', by, proofs: [proof] }
}

export function addFactor(factor: string, { challenge = fresh(), token = fresh() } = {}): Call {
  return { kind: 'add-sync-factor', factor, proofs: [challenge, token] }
}

export function deleteFactor(factor: string, { by = DEVICE, proof = fresh() } = {}): Call {
  return { kind: 'delete-factor', by, factor, proofs: [proof] }
}

export function shown(
  manifestHash: string,
  syncFactors: readonly string[] = [DEVICE],
  contentHash = manifestHash,
): Outcome {
  return { kind: 'read', state: { manifestHash, contentHash, syncFactors } }
}

export function refused(code: string): Outcome {
  return { kind: 'refused', code }
}

/** Of a sync that does not start from the current content. */
export function overtaken(current: string): Outcome {
  return { kind: 'refused', code: 'manifest_hash_mismatch', current }
}

export function operationsOf(history: readonly Timed[]): BackupOperation[] {
  return history.map(([began, ended, call, outcome]) => ({ call, outcome, began, ended, label: call.kind }))
}
