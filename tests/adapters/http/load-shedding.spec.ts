import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import express, { type Response } from 'express'
import { endWork, LoadShedding } from '../../../adapters/http/load-shedding.ts'
import { HttpClient } from '../../support/http-client.ts'
import { eventually } from '../../support/http-eventually.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

const PATH = '/v1/sync/challenge/keypair'
const MAX_LAG = 100
const LIMITS = { maxBytes: 1000, maxMilliseconds: 1000 }

describe('LoadShedding', () => {
  let lag: number
  let utilization: number
  let metrics: RecordingMetrics
  let log: RecordingEventLog
  let held: Response[]
  let server: Server
  let http: HttpClient

  beforeEach(async () => {
    lag = 0
    utilization = 1
    metrics = new RecordingMetrics()
    log = new RecordingEventLog()
    held = []
    await serve({ refusalDelay: 0 })
  })

  async function serve({ refusalDelay }: { readonly refusalDelay: number }): Promise<void> {
    const shedding = new LoadShedding(
      { lag: () => lag, utilization: () => utilization, maxLag: MAX_LAG, maxInProgress: 10, refusalDelay },
      metrics,
      log,
    )
    server = await listen(shedding.guard(appWith(shedding, held), '/v1/', LIMITS))
    http = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  afterEach(() => {
    for (const response of held) response.destroy()
    server.close()
    server.closeAllConnections()
  })

  /** How many of a hundred requests come to the app. */
  async function admitted(): Promise<number> {
    let count = 0
    for (let sent = 0; sent < 100; sent += 1) count += (await fetch(http.url + PATH, { method: 'POST' })).ok ? 1 : 0
    return count
  }

  it('keeps those waiting whom it sheds, and nobody else', async () => {
    server.close()
    await serve({ refusalDelay: 2 ** 31 - 1 })
    lag = 100 * MAX_LAG
    const outcomes: string[] = []
    const ask = async (): Promise<void> => {
      const { status } = await fetch(http.url + PATH, { method: 'POST' })
      outcomes.push(String(status))
    }
    const asked = Array.from({ length: 40 }, () => ask().catch(() => outcomes.push('hung up')))
    const shed = (): number => metrics.reasons.length
    await eventually('all others to have their answers', () => shed() > 0 && outcomes.length + shed() === 40)
    expect(new Set(outcomes)).to.deep.equal(new Set(['200']))
    server.closeAllConnections()
    await Promise.all(asked)
    expect(outcomes.filter((outcome) => outcome === 'hung up')).to.have.lengthOf(shed())
  })

  for (const [lagNow, expected] of [
    [0, 100],
    [MAX_LAG, 100],
    [1.5 * MAX_LAG, 50],
    [1.9 * MAX_LAG, 10],
    [2 * MAX_LAG, 5],
    [100 * MAX_LAG, 5],
  ] as const) {
    it(`admits ${expected} of 100 requests while the event loop is ${lagNow} ms late`, async () => {
      lag = lagNow
      expect(await admitted()).to.be.within(expected, expected + 1)
      expect(metrics.reasons.length).to.be.within(99 - expected, 100 - expected)
    })
  }

  it('admits all again at once when the lag is gone', async () => {
    lag = 100 * MAX_LAG
    await admitted()
    lag = 0
    expect(await admitted()).to.equal(100)
  })

  it('refuses as the contract says, without closing the connection, and says so in the log now and then', async () => {
    lag = 100 * MAX_LAG
    expect((await fetch(http.url + PATH, { method: 'POST' })).status, 'the first').to.equal(200)
    const { outcome, headers, body } = await http.send({
      path: PATH,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(outcome).to.equal('503 unavailable')
    expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    expect(body).to.have.property('allowRetry', true)
    expect(headers.get('connection')).to.not.equal('close')
    expect(metrics.reasons).to.deep.equal(['load'])
    await admitted()
    expect(log.events.map(({ event }) => event)).to.deep.equal(['shedding'])
  })

  it('sheds nothing outside its paths', async () => {
    lag = 100 * MAX_LAG
    for (let sent = 0; sent < 10; sent += 1) expect((await fetch(`${http.url}/health`)).status).to.equal(200)
  })

  it('sheds while too many requests are worked on, and no longer when they are done or their client is gone', async () => {
    const clients = Array.from({ length: 20 }, () => new AbortController())
    for (const [index, { signal }] of clients.entries()) {
      fetch(`${http.url}/v1/held`, { method: 'POST', signal }).catch(() => undefined)
      if (index < 10) await eventually('it to be worked on', () => held.length === index + 1)
    }
    await eventually('some to be shed', () => metrics.reasons.length > 0)
    await eventually('the rest to be answered', () => held.length + metrics.reasons.length === 20)
    for (const client of clients) client.abort()
    for (const response of held) response.end()
    await eventually('all to be over', () => held.every(({ closed }) => closed))
    expect(await admitted()).to.equal(100)
  })

  it('sheds nothing while all that is worked on waits for the stores, and there is time for more', async () => {
    utilization = 0.7
    for (let count = 1; count <= 30; count += 1) {
      void fetch(`${http.url}/v1/held`, { method: 'POST' }).catch(() => undefined)
      await eventually('it to be worked on', () => held.length === count)
    }
    expect(await admitted()).to.equal(100)
  })

  it('does not count uploads, which are as slow as their clients', async () => {
    for (let count = 1; count <= 15; count += 1) {
      void fetch(`${http.url}/v1/held`, { method: 'POST', body: new FormData() }).catch(() => undefined)
      await eventually('it to be taken in', () => held.length === count)
    }
    expect(await admitted()).to.equal(100)
  })

  it('does not count what only waits for its client', async () => {
    for (let count = 1; count <= 15; count += 1) {
      void fetch(`${http.url}/v1/held`, { method: 'POST' }).catch(() => undefined)
      await eventually('it to be worked on', () => held.length === count)
      endWork(held.at(-1)!)
    }
    expect(await admitted()).to.equal(100)
  })
})

function appWith(shedding: LoadShedding, held: Response[]): RequestListener {
  const app = express().disable('x-powered-by')
  app.use(shedding.countWork)
  app.post('/v1/held', (_request, response) => {
    held.push(response)
  })
  app.use((_request, response) => {
    response.set({ 'cache-control': 'no-store', 'x-request-id': '1', 'x-content-type-options': 'nosniff' }).json({})
  })
  return app
}

function listen(listener: RequestListener): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(listener).listen(0, '127.0.0.1', () => {
      resolve(server)
    })
  })
}
