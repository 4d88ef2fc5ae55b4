import { S3Client } from '@aws-sdk/client-s3'

export interface S3Connection {
  /** The SDK's own where absent: `AWS_REGION` and its other sources. */
  readonly region?: string
  /** The SDK's own where absent: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or the region's. */
  readonly endpoint?: string
  /** The SDK's own where absent. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** `http://host/bucket/key` and not `http://bucket.host/key`, for servers without a domain of their own. */
  readonly forcePathStyle?: boolean
  /** Milliseconds for one attempt until its answer begins, 5000 where absent; uploads have a limit of their own. */
  readonly requestTimeout?: number
  /** For each call, 3 where absent. */
  readonly maxAttempts?: number
}

const CONNECTION_TIMEOUT_MILLISECONDS = 1000
const REQUEST_TIMEOUT_MILLISECONDS = 5000
const MAX_ATTEMPTS = 3
/** None is held for longer than a call takes; connections are kept and used again. */
const MAX_SOCKETS = 512
/**
 * A download holds its connection for as long as its client takes: no fewer than the HTTP server has clients, so that none
 * waits for others to read.
 */
const MAX_DOWNLOAD_SOCKETS = 4096

/** Errors come with their cause to whoever logs them; the SDK would write to the console beside that. */
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }

export interface S3Clients {
  /** For everything that is over when it is answered. */
  readonly calls: S3Client
  /** For nothing else, and with connections of their own: a crowd of slow readers leaves those of `calls` alone. */
  readonly downloads: S3Client
}

export function createS3Clients(connection: S3Connection = {}): S3Clients {
  return { calls: createS3Client(connection), downloads: createS3Client(connection, MAX_DOWNLOAD_SOCKETS) }
}

/**
 * Retries what may succeed when repeated, except for uploads: the SDK cannot send a stream twice, so those retry
 * themselves.
 * @param maxSockets connections at once
 */
export function createS3Client(connection: S3Connection = {}, maxSockets = MAX_SOCKETS): S3Client {
  const { requestTimeout = REQUEST_TIMEOUT_MILLISECONDS, maxAttempts = MAX_ATTEMPTS, ...rest } = connection
  return new S3Client({
    ...rest,
    maxAttempts,
    retryMode: 'standard',
    logger: SILENT,
    // Servers other than AWS do not know the SDK's checksums in trailers. Ours is sent and checked anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With it the SDK opens a new connection for every upload.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
      requestTimeout,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
  })
}

function ignore(): void {
  // Nothing to be done.
}
