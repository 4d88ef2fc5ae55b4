import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { LoadShedding, type LoadSheddingOptions } from '../../../adapters/http/overload/load-shedding.ts'
import { HttpClient } from '../../support/http-client.ts'
import { eventually } from '../../support/http-eventually.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

const PATH = '/v1/sync/challenge/keypair'
const LIMITS = { maxBytes: 1000, maxMilliseconds: 1000 }
const FOREVER = 2 ** 31 - 1

describe('LoadShedding', () => {
  let lag: number
  let metrics: RecordingMetrics
  let log: RecordingEventLog
  let gathered: [IncomingMessage, ServerResponse][]
  let begun: { readonly path: string; readonly turn: number }[]
  let turn: number
  let guarded: RequestListener
  let server: Server
  let http: HttpClient

  beforeEach(() => {
    lag = 0
    metrics = new RecordingMetrics()
    log = new RecordingEventLog()
    gathered = []
    begun = []
    turn = 0
  })

  /** @param work that each request is, to the event loop */
  async function serve(options: Partial<LoadSheddingOptions>, work: () => void = () => undefined): Promise<void> {
    const shedding = new LoadShedding({ lag: () => lag, maxLag: 60_000, refusalDelay: 0, ...options }, metrics, log)
    const app: RequestListener = ({ url = '' }, response) => {
      begun.push({ path: url, turn })
      work()
      response.setHeader('cache-control', 'no-store').setHeader('x-content-type-options', 'nosniff')
      response.setHeader('x-request-id', '1').setHeader('content-type', 'application/json').end('{}')
    }
    guarded = shedding.guard(app, '/v1/', LIMITS)
    server = createServer((request, response) => gathered.push([request, response]))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    http = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  afterEach(() => {
    server.close()
    server.closeAllConnections()
  })

  /** Sends requests that arrive in one turn of the event loop, in this order. @returns their statuses; 0 if hung up */
  async function arriveAtOnce(count: number, path = PATH): Promise<readonly Promise<number>[]> {
    const statuses: Promise<number>[] = []
    for (let sent = 1; sent <= count; sent += 1) {
      statuses.push(
        fetch(`${http.url}${path}?${sent}`, { method: 'POST' }).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      await eventually('it to arrive', () => gathered.length === sent)
    }
    return statuses
  }

  /** Hands on what arrived, and counts the turns from then on. */
  function letIn(): void {
    for (const [request, response] of gathered.splice(0)) guarded(request, response)
    const countTurn = (): void => {
      turn += 1
      if (server.listening) setImmediate(countTurn)
    }
    setImmediate(countTurn)
  }

  async function statusesOf(count: number): Promise<readonly number[]> {
    const statuses = await arriveAtOnce(count)
    letIn()
    return Promise.all(statuses)
  }

  it('begins a few requests in each turn of the event loop, first come first served', async () => {
    await serve({ startsPerTurn: 4 })
    expect(await statusesOf(10)).to.deep.equal(Array(10).fill(200))
    expect(begun.map((request) => request.turn)).to.deep.equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2])
    expect(begun.map(({ path }) => path)).to.deep.equal(
      Array.from({ length: 10 }, (_, index) => `${PATH}?${index + 1}`),
    )
  })

  it('begins as many in each turn when more come while others wait', async () => {
    await serve({ startsPerTurn: 2 })
    const statuses = await arriveAtOnce(8)
    const later = gathered.splice(2)
    letIn()
    for (const [request, response] of later) guarded(request, response)
    await Promise.all(statuses)
    expect(begun.map((request) => request.turn)).to.deep.equal([0, 0, 1, 1, 2, 2, 3, 3])
  })

  it('turns away those whose turn comes too late', async () => {
    await serve({ maxLag: 20 }, () => {
      const end = performance.now() + 30
      while (performance.now() < end);
    })
    const [first, ...others] = await statusesOf(10)
    expect(first).to.equal(200)
    expect(others).to.deep.equal(Array(9).fill(503))
    expect(begun).to.have.lengthOf(1)
    expect(metrics.reasons).to.deep.equal(Array(9).fill('load'))
  })

  it('counts in how late the event loop runs for other reasons, and lets one through in each turn however late', async () => {
    await serve({ maxLag: 1000 })
    lag = 1001
    expect(await statusesOf(10)).to.deep.equal([200, ...Array<number>(9).fill(503)])
    lag = 0
    expect(await statusesOf(10)).to.deep.equal(Array(10).fill(200))
  })

  it('keeps those waiting whom it turns away, and nobody else', async () => {
    await serve({ maxLag: 1000, refusalDelay: FOREVER })
    lag = 1001
    const statuses = await arriveAtOnce(5)
    letIn()
    expect(await statuses[0]).to.equal(200)
    expect(metrics.reasons).to.have.lengthOf(4)
    lag = 0
    expect(await statusesOf(1)).to.deep.equal([200])
    server.closeAllConnections()
    expect(await Promise.all(statuses)).to.deep.equal([200, 0, 0, 0, 0])
  })

  it('does no work for a client that is gone when its turn comes', async () => {
    await serve({})
    const client = new AbortController()
    const asked = fetch(http.url + PATH, { method: 'POST', signal: client.signal }).catch(() => undefined)
    await eventually('it to arrive', () => gathered.length === 1)
    const [gone] = gathered.splice(0)
    client.abort()
    await asked
    await eventually('it to be gone', () => gone![1].destroyed)
    const others = await arriveAtOnce(1, '/v1/other')
    gathered.unshift(gone!)
    letIn()
    expect(await Promise.all(others)).to.deep.equal([200])
    expect(begun.map(({ path }) => path)).to.deep.equal(['/v1/other?1'])
  })

  it('refuses as the contract says, without closing the connection, and says so in the log now and then', async () => {
    await serve({ maxLag: 1000 })
    lag = 1001
    const first = await arriveAtOnce(1)
    const asked = http.send({
      path: PATH,
      headers: { 'content-type': 'application/json', 'x-request-id': 'mine' },
      body: '{}',
    })
    await eventually('it to arrive', () => gathered.length === 2)
    letIn()
    await Promise.all(first)
    const { outcome, headers, body } = await asked
    expect(outcome).to.equal('503 unavailable')
    expect(headers.get('x-request-id')).to.equal('mine')
    expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    expect(body).to.have.property('allowRetry', true)
    expect(headers.get('connection')).to.not.equal('close')
    expect(metrics.reasons).to.deep.equal(['load'])
    await statusesOf(10)
    expect(log.events.map(({ event }) => event)).to.deep.equal(['shedding'])
  })

  it('sheds nothing outside its paths, but begins as few of it in a turn', async () => {
    await serve({ maxLag: 1000, startsPerTurn: 1 })
    lag = 1001
    const statuses = await arriveAtOnce(5, '/health')
    letIn()
    expect(await Promise.all(statuses)).to.deep.equal(Array(5).fill(200))
    expect(begun.map((request) => request.turn)).to.deep.equal([0, 1, 2, 3, 4])
  })
})
