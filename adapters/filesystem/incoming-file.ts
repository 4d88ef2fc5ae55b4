import { randomUUID } from 'node:crypto'
import { link, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { ByteDigest } from '../shared/byte-digest.ts'
import { ifPresent, isErrno } from '../shared/errno.ts'

const OWNER_ONLY = 0o600
/** Since the last byte came in: far longer than any request lives, in whichever process it runs. */
const ABANDONED_AFTER_MILLISECONDS = 60 * 60 * 1000

/** What file systems say that have no hard links, as FAT and some that are shared over a network. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK']

/** A file that is still being written, under a name that nobody looks for. */
export class IncomingFile {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #digest = new ByteDigest()

  private constructor(path: string, handle: FileHandle) {
    this.#path = path
    this.#handle = handle
  }

  /** @param folder on the file system that the file is to be published on */
  static async create(folder: string): Promise<IncomingFile> {
    const path = join(folder, randomUUID())
    return new IncomingFile(path, await open(path, 'wx', OWNER_ONLY))
  }

  async write(chunk: Uint8Array): Promise<void> {
    // Goes on where the last one ended, and does not stop at a partial write.
    await this.#handle.writeFile(chunk)
    this.#digest.update(chunk)
  }

  /** Makes the bytes durable; the name is not yet. */
  async finish(): Promise<Pick<SealedBlob, 'size' | 'sha256'>> {
    await this.#handle.sync()
    await this.#handle.close()
    return this.#digest.finish()
  }

  /**
   * Gives the file its name. A link, because unlike a rename it refuses a name that exists.
   * @throws `EEXIST`, `ENOENT` if the folder is missing
   */
  async publish(path: string): Promise<void> {
    await link(this.#path, path)
  }

  /**
   * Takes the temporary name away; the bytes stay if they were published. Never fails, so that it hides no other
   * failure: what it leaves behind is cleaned up at a later start.
   */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
    await unlink(this.#path).catch(() => undefined)
  }
}

/**
 * Gives a file a second name once, as every upload will.
 * @throws {Error} saying that the file system of the folder has no such thing
 */
export async function requireHardLinks(folder: string): Promise<void> {
  const probe = await IncomingFile.create(folder)
  const second = join(folder, randomUUID())
  try {
    await probe.publish(second)
  } catch (error) {
    if (!NO_LINKS.some((code) => isErrno(error, code))) throw error
    throw new Error('its file system has no hard links, without which no upload can be stored: use another', {
      cause: error,
    })
  } finally {
    await probe.discard()
    await unlink(second).catch(() => undefined)
  }
}

/** Removes what processes that died have left in the folder, and nothing that another one may still be writing. */
export async function removeAbandonedFiles(folder: string): Promise<void> {
  const abandonedBefore = Date.now() - ABANDONED_AFTER_MILLISECONDS
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const stats = await ifPresent(stat(path))
    if (stats !== undefined && stats.mtimeMs < abandonedBefore) await ifPresent(unlink(path))
  }
}
