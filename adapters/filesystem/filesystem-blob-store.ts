import { mkdir, open, opendir, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BlobStore, ListedBlob, OpenBlob } from '../../application/ports/blob-store.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { isBlobKey, type BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { makeDurableFolder, syncFolder } from '../shared/durable-folder.ts'
import { ifPresent, isErrno } from '../shared/errno.ts'
import { translateErrors } from '../shared/translate-errors.ts'
import { verifiedBytes } from '../shared/verified-bytes.ts'
import { chunksOf } from './file-chunks.ts'
import { IncomingFile, removeAbandonedFiles, requireHardLinks } from './incoming-file.ts'

/** In the root, where no blob key leads: on the same file system, so that a finished file needs no copying. */
const INCOMING_FOLDER = '.incoming'
const OWNER_ONLY = 0o700
const PUBLISH_ATTEMPTS = 10

/** One file a blob, `{root}/{backupId}/{uuid}`. Several processes may share a root. */
export class FilesystemBlobStore implements BlobStore {
  readonly #root: string
  readonly #incoming: string

  private constructor(root: string, incoming: string) {
    this.#root = root
    this.#incoming = incoming
  }

  /**
   * Opens the store in `root`, or starts an empty one there, and removes what uploads left behind when a process died.
   * @throws {Error} saying which folder and what is wrong with it
   */
  static async open(root: string): Promise<FilesystemBlobStore> {
    const incoming = join(root, INCOMING_FOLDER)
    try {
      await makeDurableFolder(root)
      await makeDurableFolder(incoming)
      await removeAbandonedFiles(incoming)
      await requireHardLinks(incoming)
    } catch (error) {
      throw new Error(`cannot use ${root}: ${error instanceof Error ? error.message : 'unknown'}`, { cause: error })
    }
    return new FilesystemBlobStore(root, incoming)
  }

  /**
   * The store in `root` for those who only read it: it makes nothing there, and leaves alone what uploads left behind.
   */
  static asItStands(root: string): Pick<BlobStore, 'open' | 'list'> {
    return new FilesystemBlobStore(root, join(root, INCOMING_FOLDER))
  }

  async put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    const file = await translateErrors('filesystem put', () => IncomingFile.create(this.#incoming))
    try {
      // What `body` throws is the caller's own and stays as it is.
      for await (const chunk of body) await translateErrors('filesystem put', () => file.write(chunk))
      const written = await translateErrors('filesystem put', () => file.finish())
      await translateErrors('filesystem put', () => this.#publish(file, key))
      return { key, ...written }
    } finally {
      await file.discard()
    }
  }

  async open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    const handle = await translateErrors('filesystem open', () => ifPresent(open(this.#path(blob.key), 'r')))
    if (handle === undefined) return undefined
    return { body: verifiedBytes(chunksOf(handle), blob, 'filesystem open'), close: () => handle.close() }
  }

  async delete(key: BlobKey): Promise<void> {
    const path = this.#path(key)
    await translateErrors('filesystem delete', () => ifPresent(unlink(path)))
    // Fails while there are other blobs in it, as it should; otherwise no trace of the backup's id stays.
    await rmdir(dirname(path)).catch(() => undefined)
  }

  async *list(): AsyncGenerator<ListedBlob, void, undefined> {
    try {
      for await (const entry of await opendir(this.#root)) {
        if (entry.isDirectory()) yield* this.#listFolder(entry.name)
      }
    } catch (error) {
      throw new StoreUnavailable('filesystem list', { cause: error })
    }
  }

  /** Removes what uploads have left behind whose process died, and nothing that another one may still be writing. */
  async removeAbandonedUploads(): Promise<void> {
    await translateErrors('filesystem removeAbandonedUploads', () => removeAbandonedFiles(this.#incoming))
  }

  async checkReadiness(): Promise<void> {
    const probe = await translateErrors('filesystem checkReadiness', () => IncomingFile.create(this.#incoming))
    try {
      await translateErrors('filesystem checkReadiness', () => probe.write(Uint8Array.of(0)))
    } finally {
      await probe.discard()
    }
  }

  #path(key: BlobKey): string {
    return join(this.#root, key)
  }

  async #publish(file: IncomingFile, key: BlobKey): Promise<void> {
    const path = this.#path(key)
    const folder = dirname(path)
    for (let attemptsLeft = PUBLISH_ATTEMPTS; attemptsLeft > 0; attemptsLeft -= 1) {
      try {
        await mkdir(folder, { recursive: true, mode: OWNER_ONLY })
        await file.publish(path)
        break
      } catch (error) {
        // A delete that emptied the folder took it away in between.
        if (attemptsLeft === 1 || !isErrno(error, 'ENOENT')) throw error
      }
    }
    await syncFolder(folder)
    // Always: that the folder was there already does not mean that whoever made it has come this far.
    await syncFolder(this.#root)
  }

  /** What others delete meanwhile is left out, and so is what is no blob. */
  async *#listFolder(folder: string): AsyncGenerator<ListedBlob, void, undefined> {
    for (const name of (await ifPresent(readdir(join(this.#root, folder)))) ?? []) {
      const key = `${folder}/${name}`
      if (!isBlobKey(key)) continue
      const stats = await ifPresent(stat(this.#path(key)))
      if (stats !== undefined) yield { key, storedAt: Math.floor(stats.mtimeMs / 1000) }
    }
  }
}
