import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  NoSuchKey,
  type ListObjectsV2CommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { tmpdir } from 'node:os'
import { Readable } from 'node:stream'
import { Backoff } from '../../application/backoff.ts'
import type { BlobStore, ListedBlob, OpenBlob } from '../../application/ports/blob-store.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { Random } from '../../application/ports/random.ts'
import { StoreUnavailable } from '../../application/ports/store-unavailable.ts'
import { isBlobKey, type BlobKey } from '../../domain/blob-key.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { Spool } from '../shared/spool.ts'
import { translateErrors } from '../shared/translate-errors.ts'
import { verifiedBytes } from '../shared/verified-bytes.ts'
import { faultOfBucket } from './bucket-fault.ts'
import { limitedCall } from './limited-call.ts'
import { receivedChunks } from './received-chunks.ts'
import type { S3Clients } from './s3-client.ts'
import { S3Upload } from './s3-upload.ts'

export interface S3BlobStoreOptions {
  /** The store's own from now on. */
  readonly clients: S3Clients
  readonly bucket: string
  /** Encrypts with this key (SSE-KMS); with the bucket's default where absent. */
  readonly kmsKeyArn?: string | undefined
  /** Where uploads wait until they are complete: on a disk, with room for all that are under way at once. */
  readonly spoolFolder?: string | undefined
  /** Milliseconds without a byte before a transfer is given up, 10000 where absent. */
  readonly idleTimeout?: number | undefined
  /** Milliseconds for a call that transfers no blob, with all its attempts and the whole answer, 30000 where absent. */
  readonly callTimeout?: number | undefined
  readonly clock: Pick<Clock, 'sleep'>
  readonly random: Pick<Random, 'fraction'>
}

const IDLE_TIMEOUT_MILLISECONDS = 10_000
const CALL_TIMEOUT_MILLISECONDS = 30_000
const PAUSES = { first: 100, longest: 1000 } // milliseconds
/** A smaller difference tells nothing of the clocks: an answer takes its time, and its date is in whole seconds. */
const NEGLIGIBLE_OFFSET_MILLISECONDS = 60_000

/** One object a blob, in a bucket of any S3-compatible server that honours `If-None-Match: *`. */
export class S3BlobStore implements BlobStore {
  readonly #s3: S3Client
  readonly #downloads: S3Client
  readonly #bucket: string
  readonly #spoolFolder: string
  readonly #idleTimeout: number
  readonly #callTimeout: number
  readonly #upload: S3Upload

  constructor({
    clients,
    bucket,
    kmsKeyArn,
    spoolFolder,
    idleTimeout,
    callTimeout,
    clock,
    random,
  }: S3BlobStoreOptions) {
    this.#s3 = clients.calls
    this.#downloads = clients.downloads
    this.#bucket = bucket
    this.#spoolFolder = spoolFolder ?? tmpdir()
    this.#idleTimeout = idleTimeout ?? IDLE_TIMEOUT_MILLISECONDS
    this.#callTimeout = callTimeout ?? CALL_TIMEOUT_MILLISECONDS
    const settings = { bucket, kmsKeyArn, idleTimeout: this.#idleTimeout }
    this.#upload = new S3Upload(this.#s3, settings, new Backoff(clock, random, PAUSES))
  }

  /** Spools to disk first: S3 wants to know the size before the first byte, and an attempt that failed starts anew. */
  async put(key: BlobKey, body: AsyncIterable<Uint8Array>): Promise<SealedBlob> {
    const spool = await Spool.open(this.#spoolFolder)
    try {
      // What `body` throws is the caller's own and stays as it is.
      const blob = { key, ...(await spool.fill(body)) }
      await translateErrors('S3 PutObject', () => this.#upload.send(blob, spool))
      return blob
    } finally {
      await spool.close()
    }
  }

  async open(blob: SealedBlob): Promise<OpenBlob | undefined> {
    const download = await translateErrors('S3 GetObject', () => this.#download(blob.key))
    if (download === undefined) return undefined
    return {
      body: verifiedBytes(receivedChunks(download, this.#idleTimeout), blob, 'S3 GetObject'),
      close: async () => {
        download.destroy()
      },
    }
  }

  async delete(key: BlobKey): Promise<void> {
    await translateErrors('S3 DeleteObject', () =>
      limitedCall(this.#callTimeout, (options) =>
        this.#s3.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: key }), options),
      ),
    )
  }

  async *list(): AsyncGenerator<ListedBlob, void, undefined> {
    try {
      for await (const { Contents = [] } of this.#pages()) {
        for (const { Key: key, LastModified: modified } of Contents) {
          if (key === undefined || !isBlobKey(key)) continue
          if (modified === undefined) throw new Error('an object is listed without its time')
          yield { key, storedAt: Math.floor((modified.getTime() - this.#clockOffset()) / 1000) }
        }
      }
    } catch (error) {
      throw new StoreUnavailable('S3 ListObjectsV2', { cause: error })
    }
  }

  async checkReadiness(): Promise<void> {
    await translateErrors('S3 HeadBucket', async () => {
      try {
        await this.#s3.send(new HeadBucketCommand({ Bucket: this.#bucket }))
      } catch (error) {
        throw new Error(`bucket ${this.#bucket} ${faultOfBucket(error)}`, { cause: error })
      }
    })
  }

  /** Lets go of the connections. */
  close(): void {
    this.#s3.destroy()
    this.#downloads.destroy()
  }

  /** Milliseconds by which S3's clock is ahead of this machine's, as the SDK saw with the last answer. */
  #clockOffset(): number {
    const { systemClockOffset } = this.#s3.config
    return Math.abs(systemClockOffset) < NEGLIGIBLE_OFFSET_MILLISECONDS ? 0 : systemClockOffset
  }

  /** One by one, so that each page has the time of a call. */
  async *#pages(): AsyncGenerator<ListObjectsV2CommandOutput, void, undefined> {
    let ContinuationToken: string | undefined
    do {
      const command = new ListObjectsV2Command({ Bucket: this.#bucket, ContinuationToken })
      const page = await limitedCall(this.#callTimeout, (options) => this.#s3.send(command, options))
      yield page
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
  }

  async #download(key: BlobKey): Promise<Readable | undefined> {
    try {
      const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key })
      const { Body } = await limitedCall(this.#callTimeout, (options) => this.#downloads.send(command, options))
      if (!(Body instanceof Readable)) throw new Error('an answer without a body')
      return Body
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      if (!(error instanceof Error) || error.name !== 'AccessDenied') throw error
      throw new Error('access is denied; without s3:ListBucket a missing object looks the same', { cause: error })
    }
  }
}
