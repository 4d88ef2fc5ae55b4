import { randomUUID } from 'node:crypto'
import { open, unlink, type FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { ByteDigest } from './byte-digest.ts'
import { translateErrors } from './translate-errors.ts'

const CHUNK_BYTES = 64 * 1024
const OPERATION = 'spool to disk'

/** Bytes that wait, on disk and not in memory. The file has no name any more: whatever ends the process frees it. */
export class Spool {
  readonly #file: FileHandle

  private constructor(file: FileHandle) {
    this.#file = file
  }

  /** @throws {StoreUnavailable} when the folder cannot be written to */
  static async open(folder = tmpdir()): Promise<Spool> {
    const path = join(folder, `backup-service-${randomUUID()}`)
    return translateErrors(OPERATION, async () => {
      const file = await open(path, 'wx+', 0o600)
      await unlink(path)
      return new Spool(file)
    })
  }

  /** @throws whatever `body` throws. @throws {StoreUnavailable} when the disk is full */
  async fill(body: AsyncIterable<Uint8Array>): Promise<Pick<SealedBlob, 'size' | 'sha256'>> {
    const digest = new ByteDigest()
    for await (const chunk of body) {
      // Goes on where the last one ended, and does not stop at a partial write.
      await translateErrors(OPERATION, () => this.#file.writeFile(chunk))
      digest.update(chunk)
    }
    return digest.finish()
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
