import { createHash, randomUUID } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'

const CHUNK_BYTES = 64 * 1024

/** What went into a spool. */
export interface SpooledBytes {
  readonly size: number
  /** Lower-case hex. */
  readonly sha256: string
}

/**
 * Bytes that have to wait, on disk and not in memory. The file has no name any more: whatever ends the process frees it.
 */
export class Spool {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @throws {StoreUnavailable} when the folder cannot be written to */
  static async open(folder = tmpdir()): Promise<Spool> {
    const path = join(folder, `backup-service-${randomUUID()}`)
    return unavailableUnless(async () => {
      const file = await open(path, 'wx+', 0o600)
      await unlink(path)
      return new Spool(file)
    })
  }

  /** @throws whatever `body` throws. @throws {StoreUnavailable} when the disk is full */
  async fill(body: AsyncIterable<Uint8Array>): Promise<SpooledBytes> {
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of body) {
      // Goes on where the last one ended, and does not stop at a partial write.
      await unavailableUnless(() => this.#file.writeFile(chunk))
      hash.update(chunk)
      size += chunk.byteLength
    }
    return { size, sha256: hash.digest('hex') }
  }

  /** From the start, as often as it is asked for: each reader has its own place in the file. */
  async *read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (let position = 0; ;) {
      const { bytesRead, buffer } = await this.#file.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, position)
      if (bytesRead === 0) return
      position += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}

async function unavailableUnless<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw new StoreUnavailable('spool to disk', { cause: error })
  }
}
