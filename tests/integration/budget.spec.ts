import { expect } from 'chai'
import { eventually } from '../support/http-eventually.ts'
import { useAwsServers } from './support/aws-servers.ts'
import { BACKEND_OPERATIONS } from './support/backend-operations.ts'
import type { BackendRequest } from './support/backend-request.ts'
import { useProxiedService } from './support/proxied-service.ts'
import { RequestWaves, type ExpectedRequests } from './support/request-waves.ts'

/** Requests that wait for each other, at most. */
const BUDGET: Readonly<Record<string, number>> = {
  'a challenge': 0,
  status: 1,
  create: 3,
  sync: 4,
  retrieve: 3,
  'verify-factor': 3,
  'retrieve-metadata': 3,
  'add-sync-factor': 2,
  'add-factor': 3,
  'delete-factor': 3,
  'delete-factor of the last one': 3,
  'delete-backup': 3,
  undelete: 3,
  reset: 2,
}

describe('Requests to DynamoDB and S3', () => {
  const proxied = useProxiedService(useAwsServers())

  /** @returns what DynamoDB was asked. @throws {AssertionError} unless exactly what is expected was asked, as expected */
  async function requestsOf(expected: ExpectedRequests, send: () => Promise<unknown>): Promise<BackendRequest[]> {
    const { dynamoDb, s3 } = proxied()
    await eventually('the end of what came before', () => [dynamoDb, s3].every(({ underWay }) => underWay === 0))
    dynamoDb.take()
    const waves = new RequestWaves(expected)
    for (const proxy of [dynamoDb, s3]) proxy.decide = (request) => waves.admit(request)
    await send()
    waves.answered()
    await eventually('what nobody waits for', () => waves.missing.length === 0 || waves.unexpected.length > 0)
    for (const proxy of [dynamoDb, s3]) proxy.decide = () => 'pass'
    expect({ missing: waves.missing, unexpected: waves.unexpected }).to.deep.equal({ missing: [], unexpected: [] })
    return dynamoDb.take()
  }

  for (const operation of BACKEND_OPERATIONS) {
    const { name, ...expected } = operation
    const wanted = expected.waves.map((wave) => wave.join(' beside ')).join(', then ')

    it(`${name} waits for ${wanted === '' ? 'none' : wanted}`, async () => {
      expect(expected.waves.length).to.be.at.most(BUDGET[name] ?? NaN)
      const { service } = proxied()
      const { request } = await proxied().prepare(operation)
      for (const made of await requestsOf(expected, () => service.http.succeed(request))) expectDocumented(made)
    })
  }

  it('GET /ready waits for the table, its time to live and the bucket, side by side', async () => {
    await requestsOf({ waves: [['DescribeTable', 'DescribeTimeToLive', 'HEAD bucket']] }, () =>
      proxied().service.http.succeed({ method: 'GET', path: '/ready' }),
    )
  })
})

/** Decisions are made by what is written, in the table itself, and a write is known by its token when it is repeated. */
function expectDocumented({ operation, parameters }: BackendRequest): void {
  expect(parameters).not.to.have.property('IndexName')
  switch (operation) {
    case 'GetItem':
    case 'Query':
      expect(parameters).to.have.property('ConsistentRead', true)
      break
    case 'TransactWriteItems':
      expect(parameters).to.have.property('ClientRequestToken').that.is.a('string')
      break
    default:
      expect(operation).to.equal('PutItem')
  }
}
