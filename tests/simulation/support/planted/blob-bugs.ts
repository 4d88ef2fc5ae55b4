import type { BackupIndex, Commit, CommitOutcome } from '../../../../application/ports/backup-index.ts'
import type { BlobStore } from '../../../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../../../application/ports/store-unavailable.ts'
import { SealedBlobs } from '../../../../application/sealed-blobs.ts'
import type { BackupId } from '../../../../domain/backup-id.ts'
import { backupIdOf, blobKey, type BlobKey } from '../../../../domain/blob-key.ts'
import type { SealedBlob } from '../../../../domain/sealed-blob.ts'
import { readAll } from '../../../support/byte-streams.ts'
import type { InstancePorts } from '../assemble-instance.ts'
import { MAX_BYTES } from '../limits.ts'
import { WrappedBlobs } from './wrapped-blobs.ts'
import { WrappedIndex } from './wrapped-index.ts'

/** One key for each backup: the bytes change before the index does. */
export class OneKeyForEachBackup extends WrappedBlobs {
  override put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    return this.inner.put(blobKey(backupIdOf(key), 'content'), body)
  }
}

/** What it takes for that: a store that overwrites. */
export class OverwritingBlobs extends WrappedBlobs {
  override async put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    const bytes = await readAll(body)
    await this.inner.delete(key)
    return this.inner.put(key, only(bytes))
  }
}

/** Tidies up before it is known that the commit takes effect. */
export class DeletingFirst extends WrappedIndex {
  readonly #blobs: BlobStore

  constructor(inner: BackupIndex, blobs: BlobStore) {
    super(inner)
    this.#blobs = blobs
  }

  override async commit(commit: Commit): Promise<CommitOutcome> {
    const { change } = commit
    if (change !== undefined && change.kind !== 'create') {
      const kept = change.kind === 'replace' ? change.after.blobs().map(({ key }) => key) : []
      const dropped = change.before.backup.blobs().filter(({ key }) => !kept.includes(key))
      for (const { key } of dropped) await this.#blobs.delete(key)
    }
    return this.inner.commit(commit)
  }
}

/** Takes an unknown outcome for a failure, and removes the blob. */
export class GuessingSealedBlobs extends SealedBlobs {
  readonly #blobs: BlobStore

  constructor({ blobs, random, log }: InstancePorts) {
    super(blobs, random, log, MAX_BYTES)
    this.#blobs = blobs
  }

  override upload<Result>(
    backupId: BackupId,
    body: AsyncIterable<Uint8Array>,
    commit: (blob: SealedBlob) => Promise<Result>,
  ): Promise<Result> {
    return super.upload(backupId, body, async (blob) => {
      try {
        return await commit(blob)
      } catch (error) {
        if (error instanceof StoreUnavailable) await this.#blobs.delete(blob.key)
        throw error
      }
    })
  }
}

/** Forgets the blob of an upload that is refused. */
export class LitteringSealedBlobs extends SealedBlobs {
  constructor({ blobs, random, log }: InstancePorts) {
    super(blobs, random, log, MAX_BYTES)
  }

  override async upload<Result>(
    backupId: BackupId,
    body: AsyncIterable<Uint8Array>,
    commit: (blob: SealedBlob) => Promise<Result>,
  ): Promise<Result> {
    const committed = await super.upload(backupId, body, async (blob) => {
      const [outcome] = await Promise.allSettled([commit(blob)])
      return outcome
    })
    if (committed.status === 'rejected') throw committed.reason
    return committed.value
  }
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
