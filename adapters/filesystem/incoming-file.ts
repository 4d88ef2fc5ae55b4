import { createHash, randomUUID } from 'node:crypto'
import { link, open, readdir, stat, unlink, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { ifPresent } from './errno.ts'

const OWNER_ONLY = 0o600
/** Since the last byte came in: far longer than any request lives, in whichever process it runs. */
const ABANDONED_AFTER_MILLISECONDS = 60 * 60 * 1000

/** A file that is still being written, under a name that nobody looks for. */
export class IncomingFile {
  readonly #path: string
  readonly #handle: FileHandle
  readonly #hash = createHash('sha256')
  #size = 0

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
    this.#hash.update(chunk)
    this.#size += chunk.byteLength
  }

  /** Makes the bytes durable; the name is not yet. */
  async finish(): Promise<{ readonly size: number; readonly sha256: string }> {
    await this.#handle.sync()
    await this.#handle.close()
    return { size: this.#size, sha256: this.#hash.digest('hex') }
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

/** Removes what processes that died have left in the folder, and nothing that another one may still be writing. */
export async function removeAbandonedFiles(folder: string): Promise<void> {
  const abandonedBefore = Date.now() - ABANDONED_AFTER_MILLISECONDS
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const stats = await ifPresent(stat(path))
    if (stats !== undefined && stats.mtimeMs < abandonedBefore) await ifPresent(unlink(path))
  }
}
