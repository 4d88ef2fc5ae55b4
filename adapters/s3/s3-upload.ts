import { HeadObjectCommand, PutObjectCommand, S3ServiceException, type S3Client } from '@aws-sdk/client-s3'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Backoff } from '../../application/backoff.ts'
import type { SealedBlob } from '../../domain/sealed-blob.ts'
import { IdleTimer, watched } from './idle-timer.ts'

export interface UploadSettings {
  readonly bucket: string
  readonly kmsKeyArn: string | undefined
  /** Milliseconds without a byte going out, or between the last one and the answer. */
  readonly idleTimeout: number
}

/** Bytes that can be had more than once. */
export interface SpooledBlob {
  read(): AsyncIterable<Uint8Array>
}

/** What S3 answers when the bytes did not come in time, or not all of them, or not as they were sent. */
const BROKEN_BODY = [
  'RequestTimeout',
  'IncompleteBody',
  'BadDigest',
  'XAmzContentChecksumMismatch',
  'XAmzContentSHA256Mismatch',
]
/** Signed by a clock that is off: the SDK has read S3's from the answer, and signs the next attempt by that. */
const CLOCK_OFF = 'RequestTimeTooSkewed'
/** Milliseconds for one attempt from its start to its answer, beside the time that its bytes may take. */
const LONGEST_ATTEMPT = 60_000
/** Bytes in a millisecond: 1 MiB a second. A slower way to S3 is as good as none. */
const SLOWEST_TRANSFER = 1024 ** 2 / 1000

/** Stores one blob under a key that must be free, as one object, in as many attempts as it takes. */
export class S3Upload {
  readonly #s3: S3Client
  readonly #settings: UploadSettings
  readonly #backoff: Backoff

  constructor(s3: S3Client, settings: UploadSettings, backoff: Backoff) {
    this.#s3 = s3
    this.#settings = settings
    this.#backoff = backoff
  }

  /** @throws {Error} the key is taken, or the blob may or may not be there */
  async send(blob: SealedBlob, spool: SpooledBlob): Promise<void> {
    const maxAttempts = await this.#s3.config.maxAttempts()
    let earlierMayHaveArrived = false
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#putOnce(blob, spool)
        return
      } catch (error) {
        const failure = classify(error)
        // The attempt whose answer was lost may be what the key is taken by.
        if (failure === 'key-taken' && earlierMayHaveArrived && (await this.#isStored(blob))) return
        if (failure === 'key-taken' || failure === 'refused' || attempt >= maxAttempts) throw error
        earlierMayHaveArrived ||= failure === 'unknown'
        await this.#backoff.pause(attempt)
      }
    }
  }

  async #putOnce({ key, size, sha256 }: SealedBlob, spool: SpooledBlob): Promise<void> {
    const { bucket, kmsKeyArn, idleTimeout } = this.#settings
    const idle = new IdleTimer(idleTimeout)
    const body = Readable.from(watched(spool.read(), () => idle.restart()))
    // Nobody else listens: the request would wait for the rest, and the process would end.
    body.once('error', (error) => idle.abort(error))
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ContentLength: size,
      ContentType: 'application/octet-stream',
      IfNoneMatch: '*',
      // Makes the server refuse what was changed on the way, where it knows the header.
      ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
      // Tells the blob from any other, on every server.
      Metadata: { sha256 },
      ...(kmsKeyArn === undefined
        ? {}
        : { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKeyArn, BucketKeyEnabled: true }),
    })
    try {
      const requestTimeout = LONGEST_ATTEMPT + Math.ceil(size / SLOWEST_TRANSFER)
      await this.#s3.send(command, { abortSignal: idle.signal, requestTimeout })
      // The answer may overtake the end of the file; a request that never ends keeps its connection from the next one.
      await finished(body, { signal: idle.signal })
    } catch (error) {
      // For the same reason, where the answer came before the last byte was out.
      idle.abort(error)
      throw error
    } finally {
      idle.stop()
      body.destroy()
    }
  }

  async #isStored({ key, size, sha256 }: SealedBlob): Promise<boolean> {
    const head = await this.#s3.send(new HeadObjectCommand({ Bucket: this.#settings.bucket, Key: key }))
    return head.ContentLength === size && head.Metadata?.sha256 === sha256
  }
}

/**
 * - `key-taken`: there is an object of this key;
 * - `refused`: nothing was stored, and nothing would be if it were repeated;
 * - `not-now`: nothing was stored, and it may be repeated;
 * - `unknown`: something may have been stored, and it may be repeated.
 */
function classify(error: unknown): 'key-taken' | 'refused' | 'not-now' | 'unknown' {
  const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
  if (status === 412) return 'key-taken'
  // Another request for this key is under way: it may be an earlier attempt.
  if (status === 409 || status === 429) return 'not-now'
  if (status === undefined || status >= 500) return 'unknown'
  return error instanceof Error && [...BROKEN_BODY, CLOCK_OFF].includes(error.name) ? 'not-now' : 'refused'
}
