import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import express from 'express'
import { noteArrival } from '../../../adapters/http/observation/arrival.ts'
import { logRequests } from '../../../adapters/http/observation/log-requests.ts'
import { measureRequests } from '../../../adapters/http/observation/measure-requests.ts'
import { loadOpenApiDocument } from '../../../adapters/http/contract/openapi-document.ts'
import { eventually } from '../../support/http-eventually.ts'
import { RecordingEventLog } from '../../support/recording-event-log.ts'
import { RecordingMetrics } from '../../support/recording-metrics.ts'

const WAIT = 30 // milliseconds

describe('The duration of a request, in the log and in the metrics', () => {
  const log = new RecordingEventLog()
  const metrics = new RecordingMetrics()

  beforeEach(async () => {
    const document = await loadOpenApiDocument()
    const app = express()
      .use(logRequests(log), measureRequests(metrics, document))
      .use((_request, response) => response.end())
    const server = createServer((request, response) => {
      noteArrival(request)
      const end = performance.now() + WAIT
      while (performance.now() < end);
      app(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/health`)
    await eventually('it to be over', () => metrics.requests.length === 1)
    server.close()
    server.closeAllConnections()
  })

  it('counts from its arrival, however long it waited for its turn', () => {
    expect(log.events[0]?.fields.milliseconds).to.be.at.least(WAIT).and.below(60_000)
    expect(metrics.requests[0]?.seconds)
      .to.be.at.least(WAIT / 1000)
      .and.below(60)
  })
})
