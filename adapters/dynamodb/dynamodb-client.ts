import { DynamoDBClient } from '@aws-sdk/client-dynamodb'

export interface DynamoDbConnection {
  /** The SDK's own where absent: `AWS_REGION` and its other sources. */
  readonly region?: string
  /** The SDK's own where absent: `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL`, or the region's. */
  readonly endpoint?: string
  /** The SDK's own where absent. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Milliseconds for one attempt until it is answered, 3000 where absent. */
  readonly requestTimeout?: number
  /** 3 where absent. */
  readonly maxAttempts?: number
}

const CONNECTION_TIMEOUT_MILLISECONDS = 1000
const REQUEST_TIMEOUT_MILLISECONDS = 3000
const MAX_ATTEMPTS = 3
/** More than requests are served at once; connections are kept and used again. */
const MAX_SOCKETS = 256

/**
 * Retries what may succeed when repeated (`standard` mode: a budget for retries, exponential back-off with jitter). A
 * retry is the same request byte for byte, so a transaction keeps its `ClientRequestToken`.
 */
export function createDynamoDbClient(connection: DynamoDbConnection = {}): DynamoDBClient {
  const { requestTimeout = REQUEST_TIMEOUT_MILLISECONDS, maxAttempts = MAX_ATTEMPTS, ...rest } = connection
  return new DynamoDBClient({
    ...rest,
    maxAttempts,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
      requestTimeout,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
      // The request's time-out ends with the headers; this one covers a body that never comes.
      socketTimeout: requestTimeout,
      httpAgent: { maxSockets: MAX_SOCKETS },
      httpsAgent: { maxSockets: MAX_SOCKETS },
    },
  })
}
