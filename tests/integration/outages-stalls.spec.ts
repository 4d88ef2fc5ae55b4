import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { useAwsServers, type AwsServers } from './support/aws-servers.ts'
import { BACKEND_OPERATIONS } from './support/backend-operations.ts'
import { failAt } from './support/faults.ts'
import { startProxiedService, type ProxiedService } from './support/proxied-service.ts'
import { heldBack, operationsMeeting, READY, StalledService } from './support/stalled-service.ts'

/** More than the time-outs of the stores add up to, which are all that bounds an operation. */
const LONGEST_ANSWER_MILLISECONDS = 60_000

interface Stall {
  /** Requests that get no answer. */
  readonly requests: readonly string[]
  readonly ready: string
}

const STALLS: Readonly<Record<string, Stall>> = {
  'DynamoDB answers no read': {
    requests: ['GetItem', 'Query', 'DescribeTable', 'DescribeTimeToLive'],
    ready: '503 unavailable',
  },
  'DynamoDB answers no write': { requests: ['PutItem', 'TransactWriteItems'], ready: '200' },
  'S3 answers nothing': { requests: ['PutObject', 'GetObject', 'HEAD bucket'], ready: '503 unavailable' },
}

/** What is answered too late, or in part. */
interface LateAnswer {
  readonly proxied: ProxiedService
  readonly ends: Promise<void>
}

const LATE_ANSWERS: Readonly<Record<string, (servers: AwsServers) => Promise<LateAnswer>>> = {
  'of PutObject: sync asks again, and happens once': (servers) => syncWithout('PutObject', servers),
  'of TransactWriteItems: sync asks again, and happens once': (servers) => syncWithout('TransactWriteItems', servers),
  'of GetItem: sync asks again, and happens once': (servers) => syncWithout('GetItem', servers),
  'of GetObject, after half of the bytes: the download breaks off': halfADownload,
}

describe('While a backend stalls', function () {
  this.timeout(LONGEST_ANSWER_MILLISECONDS)
  const servers = useAwsServers()
  const stalled = new Map<string, StalledService>()
  const late = new Map<string, LateAnswer>()

  // All at once, so that they are waited for together.
  before(async () => {
    for (const [title, { requests }] of Object.entries(STALLS)) {
      stalled.set(title, await StalledService.start(servers(), requests))
    }
    for (const [title, begin] of Object.entries(LATE_ANSWERS)) late.set(title, await begin(servers()))
  })

  after(async () => {
    for (const { proxied } of [...stalled.values(), ...late.values()]) await proxied.stop()
  })

  for (const [title, { requests, ready }] of Object.entries(STALLS)) {
    describe(title, () => {
      const service = (): StalledService => stalled.get(title)!

      for (const { name } of operationsMeeting(requests)) {
        it(`${name}: 503`, async () => {
          expect(await service().waiting.get(name)!.outcome).to.equal('503 unavailable')
        })
      }

      it(`GET /ready: ${ready}`, async () => {
        expect(await service().readiness).to.equal(ready)
      })

      it('GET /health: 200', async () => {
        const { http } = service().proxied.service
        expect((await http.send({ method: 'GET', path: '/health' })).outcome).to.equal('200')
      })

      describe('and once it goes on', () => {
        before(() => service().proxied.revive())

        it('GET /ready: 200', async () => {
          expect((await service().proxied.service.http.send(READY)).outcome).to.equal('200')
        })

        for (const { name, repeated = '', waves } of operationsMeeting(requests)) {
          it(`${name} has not happened, and does when it is repeated`, async () => {
            const { http } = service().proxied.service
            const { request, before: old, after: changed, observe } = service().waiting.get(name)!.prepared
            expect(await observe()).to.deep.equal(old)
            // A retrieval uses its challenge up while it opens the blob.
            const usedUp = requests.includes('GetObject') && waves.flat().includes('GetObject')
            expect((await http.send(request)).outcome).to.match(usedUp ? new RegExp(`^${repeated}$`) : /^20/)
            expect(await observe()).to.deep.equal(changed)
          })
        }
      })
    })
  }

  describe('or an answer does not come', () => {
    for (const title of Object.keys(LATE_ANSWERS)) {
      it(title, () => late.get(title)!.ends)
    }
  })
})

async function syncWithout(request: string, servers: AwsServers): Promise<LateAnswer> {
  const proxied = await startProxiedService(servers)
  const sync = BACKEND_OPERATIONS.find(({ name }) => name === 'sync')!
  const { request: once, after: changed, observe } = await proxied.prepare(sync)
  const count = failAt(proxied, { request, occurrence: 1 }, 'withhold-answer')
  const expectOne = async (): Promise<void> => {
    expect((await proxied.service.http.send(once)).outcome).to.equal('200')
    expect(count()).to.equal(2)
    expect(await observe()).to.deep.equal(changed)
  }
  return { proxied, ends: heldBack(expectOne()) }
}

async function halfADownload(servers: AwsServers): Promise<LateAnswer> {
  const proxied = await startProxiedService(servers)
  const owner = new BackupClient(proxied.service.http, randomBytes(1_000_000))
  await owner.create()
  const request = await owner.retrieveRequest()
  failAt(proxied, { request: 'GetObject', occurrence: 1 }, 'stall-answer')
  const expectEnd = async (): Promise<void> => {
    const failure = await owner.http.send(request).catch((error: unknown) => error)
    expect(failure).to.be.instanceOf(TypeError).with.property('message', 'terminated')
    expect((await owner.stored()).content.equals(owner.content)).to.be.true
  }
  return { proxied, ends: heldBack(expectEnd()) }
}
