import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { eventually } from '../support/http-eventually.ts'
import { rejectionOf } from '../support/rejection.ts'
import { useAwsServers } from './support/aws-servers.ts'
import { BACKEND_OPERATIONS } from './support/backend-operations.ts'
import type { Fate } from './support/backend-proxy.ts'
import { describePosition, failAt, isCommit, isWrite, positionsOf, type Position } from './support/faults.ts'
import { useProxiedService } from './support/proxied-service.ts'
import { storeFailure } from './support/store-failure.ts'

const TITLES = {
  'die-before': 'it dies at',
  'die-after': 'it dies right after',
  'lose-request': 'is lost',
  'lose-answer': 'is done, and the answer is lost',
} as const satisfies Partial<Record<Fate, string>>

describe('When a backend is lost in the middle of a request, for good', () => {
  const proxied = useProxiedService(useAwsServers())

  // Whatever became of the test before.
  beforeEach(() => proxied().revive())

  for (const operation of BACKEND_OPERATIONS) {
    for (const position of positionsOf(operation)) {
      // A read is the same before and after.
      for (const fate of isWrite(position) ? (['die-before', 'die-after'] as const) : (['die-before'] as const)) {
        const happens = isCommit(position) && fate === 'die-after'
        const title = `${operation.name}: ${TITLES[fate]} ${describePosition(position)}`

        it(`${title}: 503, and ${happens ? 'all of it' : 'nothing'} has happened`, async () => {
          const { service } = proxied()
          const { request, before, after, observe } = await proxied().prepare(operation)
          failAt(proxied(), position, fate)

          const { outcome, headers, body } = await service.http.send(request)

          // A retrieval uses its challenge up while it opens the blob.
          const challengeGone = position.request === 'GetObject'
          expect(outcome).to.equal('503 unavailable')
          expect(body).to.have.property('allowRetry', !challengeGone)
          expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
          expect(failedCall(headers)).to.match(isOfS3(position) ? /^S3 / : /^DynamoDB /)
          await proxied().revive()
          expect(await observe()).to.deep.equal(happens ? after : before)

          const again = await service.http.send(request)
          expect(again.outcome).to.match(happens || challengeGone ? new RegExp(`^${operation.repeated}$`) : /^20[04]$/)
          expect(await observe()).to.deep.equal(after)
        })
      }
    }
  }

  it('sync: it dies at DeleteObject, for which nobody waits: 200, and the old blob is left behind', async () => {
    const { service } = proxied()
    const owner = new BackupClient(service.http)
    await owner.create()
    await owner.sync(randomBytes(1000))
    const left = (): number => service.events.filter(({ event }) => event === 'blob_left_behind').length
    const before = left()
    failAt(proxied(), { request: 'DeleteObject', occurrence: 1 }, 'die-before')
    await owner.sync(randomBytes(1000))
    await eventually('the log to tell', () => left() === before + 1)
    await proxied().revive()
    expect((await owner.stored()).content).to.deep.equal(owner.content)
  })

  /** What failed according to the log. */
  function failedCall(headers: Headers): string | undefined {
    const requestId = headers.get('x-request-id')
    const events = proxied().service.events.filter(({ fields }) => fields.requestId === requestId)
    return storeFailure(events.find(({ level }) => level === 'error')?.cause)?.operation
  }
})

describe('When a connection to a backend is lost, once', () => {
  const proxied = useProxiedService(useAwsServers())

  for (const operation of BACKEND_OPERATIONS) {
    for (const position of positionsOf(operation)) {
      for (const fate of isWrite(position) ? (['lose-request', 'lose-answer'] as const) : (['lose-request'] as const)) {
        it(`${operation.name}: ${describePosition(position)} ${TITLES[fate]}: asked again, and happens once`, async () => {
          const { service } = proxied()
          const { request, after, observe } = await proxied().prepare(operation)
          const expected = operation.waves.flat().filter((name) => name === position.request).length
          const count = failAt(proxied(), position, fate)
          expect((await service.http.send(request)).outcome).to.match(/^20[04]$/)
          expect(count()).to.equal(expected + 1)
          expect(await observe()).to.deep.equal(after)
          const again = await service.http.send(request)
          expect(again.outcome).to.equal(operation.repeated ?? '200')
        })
      }
    }
  }

  for (const [title, fate] of Object.entries({
    'breaks off in the middle': 'cut-answer',
    'has another bit at its end': 'corrupt-answer',
  } as const)) {
    it(`a download that ${title} never looks whole`, async () => {
      const { service } = proxied()
      const owner = new BackupClient(service.http, randomBytes(1_000_000))
      await owner.create()
      const request = await owner.retrieveRequest()
      failAt(proxied(), { request: 'GetObject', occurrence: 1 }, fate)
      const failure = await rejectionOf(service.http.send(request))
      expect(failure).to.be.instanceOf(TypeError).with.property('message', 'terminated')
      expect((await owner.stored()).content.equals(owner.content)).to.be.true
    })
  }
})

function isOfS3({ request }: Position): boolean {
  return request.endsWith('Object')
}
