import { startDynamoDb } from '../../support/dynamodb-server.ts'
import { startS3 } from '../../support/s3-server.ts'

/** Where DynamoDB and S3 answer. */
export interface AwsServers {
  readonly dynamoDbEndpoint: string
  readonly s3Endpoint: string
}

interface StartedServers extends AwsServers {
  readonly stop: () => Promise<unknown>
}

const START_MILLISECONDS = 300_000 // the images may have to be fetched

let starting: Promise<StartedServers> | undefined
// In the suite of suites, as every specification comes to import this file.
after(async () => {
  // If they did not start, the tests have told so.
  await starting?.then(
    (servers) => servers.stop(),
    () => undefined,
  )
})

/**
 * DynamoDB Local and an S3 server: once for all suites of a run, in containers, or those that run already where
 * `TEST_DYNAMODB_ENDPOINT` and `TEST_S3_ENDPOINT` say. Without either the tests fail, and are not left out.
 */
export async function startAwsServers(): Promise<AwsServers> {
  starting ??= startBoth()
  return starting
}

/** The same for the tests of the surrounding `describe`. */
export function useAwsServers(): () => AwsServers {
  let servers: AwsServers | undefined
  before(async function () {
    this.timeout(START_MILLISECONDS)
    servers = await startAwsServers()
  })
  return () => {
    if (servers === undefined) throw new Error('the servers are there once the tests run')
    return servers
  }
}

async function startBoth(): Promise<StartedServers> {
  const [dynamoDb, s3] = await Promise.all([
    orExplain('TEST_DYNAMODB_ENDPOINT', startDynamoDb),
    orExplain('TEST_S3_ENDPOINT', startS3),
  ])
  return {
    dynamoDbEndpoint: dynamoDb.endpoint,
    s3Endpoint: s3.endpoint,
    stop: () => Promise.all([dynamoDb.stop(), s3.stop()]),
  }
}

async function orExplain<Server>(variable: string, start: () => Promise<Server>): Promise<Server> {
  try {
    return await start()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`no container could be started (${reason}); without a Docker engine ${variable} has to be set`, {
      cause,
    })
  }
}
