import { isDeepStrictEqual } from 'node:util'
import type { BackupClient, MetadataJson, RetrievedJson } from '../../support/http-backup-client.ts'
import { manifestHashOf } from '../../support/http-backup-client.ts'
import type { P256Keypair } from '../../support/keypair.ts'

/** A backup as its owner finds it. */
export type BackupState =
  | 'gone'
  | {
      /** The hash of the bytes. */
      readonly content: string
      /** Public keys that open it, and that may change it, in their order. */
      readonly mainFactors: readonly string[]
      readonly syncFactors: readonly string[]
    }

/** Those that are, or were, or may become, factors of the backup. */
export interface Candidates {
  readonly mains: readonly P256Keypair[]
  readonly devices: readonly P256Keypair[]
}

const NOWHERE = '400 backup_untraceable'

/**
 * Looks at a backup from all sides: its status, and what each candidate gets.
 * @throws {Error} when they do not show one and the same whole backup: the hash that its bytes have, the factors it
 *   lists able to use it, and nobody else
 */
export async function observeBackup(owner: BackupClient, { mains, devices }: Candidates): Promise<BackupState> {
  const { outcome: status } = await owner.http.send(owner.statusRequest())
  const retrievals = await Promise.all(mains.map((main) => retrieval(owner, main)))
  const readings = await Promise.all(devices.map((device) => reading(owner, device)))
  const views = [...retrievals, ...readings]
  const seen = views.filter((view) => view !== NOWHERE)
  const [first] = seen
  if (first === undefined) {
    if (status === '404 not_found') return 'gone'
    throw new Error(`the status is ${status}, but none of its factors leads to the backup`)
  }
  const { manifestHash, factors, syncFactors } = first
  const found = {
    content: manifestHash,
    mainFactors: keysOf(factors),
    syncFactors: keysOf(syncFactors),
  }
  const able = {
    mainFactors: mains.filter((_, index) => retrievals[index] !== NOWHERE).map(({ publicKey }) => publicKey),
    syncFactors: devices.filter((_, index) => readings[index] !== NOWHERE).map(({ publicKey }) => publicKey),
  }
  const whole = status === '200' && seen.every((view) => isDeepStrictEqual(view, first))
  if (whole && isDeepStrictEqual(able, { mainFactors: found.mainFactors, syncFactors: found.syncFactors })) return found
  throw new Error(`torn: status ${status}, able ${JSON.stringify(able)}, seen ${JSON.stringify(views)}`)
}

async function retrieval(owner: BackupClient, main: P256Keypair): Promise<MetadataJson | typeof NOWHERE> {
  const { outcome, body } = await owner.http.send<RetrievedJson>(await owner.retrieveRequest(main))
  if (outcome === NOWHERE) return outcome
  if (outcome !== '200') throw new Error(`a main factor gets ${outcome}`)
  const hash = manifestHashOf(Buffer.from(body.backup, 'base64'))
  if (hash === body.metadata.manifestHash) return body.metadata
  throw new Error(`torn: bytes of ${hash} are stored as ${body.metadata.manifestHash}`)
}

async function reading(owner: BackupClient, device: P256Keypair): Promise<MetadataJson | typeof NOWHERE> {
  const { outcome, body } = await owner.http.send<MetadataJson>(await owner.metadataRequest(device))
  if (outcome === NOWHERE) return outcome
  if (outcome !== '200') throw new Error(`a sync factor gets ${outcome}`)
  return body
}

function keysOf(factors: MetadataJson['factors']): string[] {
  return factors.map(({ kind }) => kind.publicKey ?? '')
}
