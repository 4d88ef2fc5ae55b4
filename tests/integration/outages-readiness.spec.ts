import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { useAwsServers } from './support/aws-servers.ts'
import type { AwsStorage } from './support/aws-storage.ts'
import { FLAWS, newNames } from './support/flawed-storage.ts'
import { startProxiedService, useProxiedService, type ProxiedService } from './support/proxied-service.ts'
import { READY } from './support/stalled-service.ts'
import { storeFailure } from './support/store-failure.ts'

describe('GET /ready', () => {
  const servers = useAwsServers()

  for (const backend of ['dynamoDb', 's3'] as const) {
    describe(`while ${backend === 's3' ? 'S3' : 'DynamoDB'} does not listen`, () => {
      const proxied = useProxiedService(servers)

      before(() => proxied()[backend].die())

      it('says 503, and the log says which of the two', async () => {
        expect(await troubleOf(proxied())).to.match(backend === 's3' ? /^S3 / : /^DynamoDB /)
      })

      it('is another question than whether the service is alive', async () => {
        const { http } = proxied().service
        expect((await http.send({ method: 'GET', path: '/health' })).outcome).to.equal('200')
      })

      it('says 200 once it does, without a restart', async () => {
        await proxied()[backend].revive()
        await expectToServe(proxied())
      })
    })
  }

  for (const [title, { trouble, make, mend }] of Object.entries(FLAWS)) {
    describe(`where ${title}`, () => {
      const storage: AwsStorage = newNames()
      let proxied: ProxiedService | undefined

      before(async () => {
        await make(servers(), storage)
        proxied = await startProxiedService(servers(), storage)
      })

      after(() => proxied?.stop())

      it('says 503, and the log says what is wrong', async () => {
        expect(await troubleOf(proxied!)).to.match(trouble)
      })

      it('says 200 once it is mended, without a restart', async () => {
        await mend(servers(), storage)
        await expectToServe(proxied!)
      })
    })
  }
})

/** What the log says about a service that is not ready. @throws {AssertionError} if it is, or if the client learns of it */
async function troubleOf({ service }: ProxiedService): Promise<string> {
  const { outcome, headers, text } = await service.http.send(READY)
  expect(outcome).to.equal('503 unavailable')
  expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
  expect(text).not.to.match(/dynamodb|s3|table|bucket/i)
  const requestId = headers.get('x-request-id')
  const failure = service.events.find(({ level, fields }) => level === 'error' && fields.requestId === requestId)
  const cause = storeFailure(failure?.cause)
  return `${String(cause?.operation)}: ${String(cause?.cause)}`
}

async function expectToServe({ service }: ProxiedService): Promise<void> {
  expect((await service.http.send(READY)).outcome).to.equal('200')
  const owner = new BackupClient(service.http)
  await owner.create()
  expect((await owner.stored()).content).to.deep.equal(owner.content)
}
