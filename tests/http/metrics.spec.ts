import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfiguration } from '../../bootstrap/configuration.ts'
import { observe } from '../../bootstrap/observation.ts'
import { StartFault } from '../../bootstrap/start-fault.ts'
import { corruptFile } from '../support/corrupt-file.ts'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { startTestService, useService } from '../support/http-service.ts'
import { blobFiles } from '../support/http-storage.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { rejectionOf } from '../support/rejection.ts'

describe('The metrics', () => {
  const service = useService({ variables: { STORAGE: 'embedded', METRICS_PORT: '0', RATE_LIMIT_PER_MINUTE: '100' } })
  let owner: BackupClient

  before(async () => {
    owner = new BackupClient(service().http)
    await owner.create()
    await owner.retrieve()
    await service().http.send({ path: '/v1/reset', headers: { 'content-type': 'application/json' }, body: '{}' })
    await service().http.send({ path: `/v1/${owner.id}` })
  })

  async function scrape(): Promise<string> {
    return (await fetch(service().metricsUrl!)).text()
  }

  /** @param sample its name and labels, as they stand */
  async function valueOf(sample: string): Promise<number> {
    const line = (await scrape()).split('\n').find((text) => text.startsWith(`${sample} `))
    return Number(line?.slice(sample.length))
  }

  it('are text for Prometheus, at a port of their own only', async () => {
    const { headers } = await fetch(service().metricsUrl!)
    expect(headers.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/)
    expect(service().metricsUrl).to.not.include(new URL(service().url).host)
    expect((await service().http.send({ method: 'GET', path: '/metrics' })).outcome).to.equal('404 not_found')
  })

  for (const [method, path, status] of [
    ['GET', '/', 404],
    ['GET', '/health', 404],
    ['POST', '/metrics', 405],
    ['HEAD', '/metrics', 200],
    ['GET', '/metrics?name=x', 200],
  ] as const) {
    it(`are no answer of their own but at their path: ${method} ${path} is ${status}`, async () => {
      expect((await fetch(new URL(path, service().metricsUrl), { method })).status).to.equal(status)
    })
  }

  for (const sample of [
    'backup_http_requests_total{operation="/create",status="200",code="ok"}',
    'backup_http_requests_total{operation="/retrieve/from-challenge",status="200",code="ok"}',
    'backup_http_requests_total{operation="/reset",status="400",code="invalid_payload"}',
    'backup_http_requests_total{operation="other",status="404",code="not_found"}',
    'backup_http_request_duration_seconds_count{operation="/create"}',
    'backup_store_call_duration_seconds_count{operation="blobs.put",outcome="ok"}',
    'backup_store_call_duration_seconds_count{operation="blobs.open",outcome="ok"}',
  ]) {
    it(`count ${sample}`, async () => {
      await eventually('it to be counted', async () => (await valueOf(sample)) >= 1)
      expect(await valueOf(sample)).to.be.within(1, 2)
    })
  }

  it('tell no status of what was never answered', async () => {
    const connection = await Connection.open(service().url)
    connection.head('POST /v1/reset HTTP/1.1', { 'content-type': 'application/json', 'content-length': 10 })
    connection.write('{')
    await connection.flushed()
    connection.reset()
    const sample = 'backup_http_requests_total{operation="/reset",status="none",code="broken_off"}'
    await eventually('it to be counted', async () => (await valueOf(sample)) === 1)
  })

  it('tell the state of the process', async () => {
    const text = await scrape()
    for (const name of [
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_p99_seconds',
      'backup_upload_bytes_in_flight',
    ]) {
      expect(text).to.match(new RegExp(`^${name} [0-9.e-]+$`, 'm'))
    }
  })

  it('name nobody: no id, no address, nothing that a client made up', async () => {
    const text = await scrape()
    expect(text).to.not.include(owner.id)
    expect(text).to.not.match(/backup_account_|127\.0\.0\.1|::1/)
  })

  it('count requests that are refused for their address', async () => {
    const ask = async () => (await service().http.send({ path: '/v1/sync/challenge/keypair' })).outcome
    await eventually('a refusal', async () => (await ask()) === '429 too_many_requests')
    expect(await valueOf('backup_turned_away_total{reason="address_rate_limit"}')).to.equal(1)
  })
})

describe('Sealed bytes that are damaged', () => {
  const service = useService({ variables: { STORAGE: 'embedded', METRICS_PORT: '0' } })

  it('are counted once for each download, and the log says which they are', async () => {
    const owner = new BackupClient(service().http, randomBytes(1000))
    await owner.create()
    const damaged = async (): Promise<string> => (await fetch(service().metricsUrl!)).text()
    expect(await damaged()).to.include('\nbackup_blob_damaged_total 0\n')
    const { stored } = await blobFiles(service().folder)
    await corruptFile(join(service().folder, 'blobs', owner.id, stored[0]!), 'flip-last')
    expect(await rejectionOf(owner.retrieve())).to.be.an('error')
    await eventually('it to be counted', async () => (await damaged()).includes('\nbackup_blob_damaged_total 1\n'))
    const logged = service().events.filter(({ event }) => event === 'blob_damaged')
    expect(logged.map(({ level, fields }) => ({ level, fields }))).to.deep.equal([
      { level: 'error', fields: { key: `${owner.id}/${stored[0]}` } },
    ])
  })
})

describe('A port for metrics that is taken', () => {
  const service = useService({ variables: { METRICS_PORT: '0' } })
  const taken = (): string => new URL(service().metricsUrl!).port

  it('keeps the service from starting that was told to use it', async () => {
    const error = await rejectionOf(startTestService({ variables: { METRICS_PORT: taken() } }))
    expect(error).to.be.instanceOf(StartFault).with.property('variable', 'METRICS_PORT')
    expect(error)
      .to.have.property('message')
      .that.matches(/ is taken: choose another, 0 for any free one, or off/)
  })

  describe('and is the usual one', () => {
    const USUAL = 9090
    let usual: Server | undefined

    before(async () => {
      usual = await listening(USUAL)
    })
    after(() => usual?.close())

    it('costs the metrics where nobody named it, and the log tells', async () => {
      const log = new RecordingEventLog()
      const observation = await observe(readConfiguration({}), log)
      expect(observation.port).to.equal(undefined)
      expect(log.events.map(({ level, event }) => `${level} ${event}`)).to.deep.equal(['warn no_metrics'])
      await observation.stop()
    })

    it('keeps the service from starting that was told to use it', async () => {
      const configuration = readConfiguration({ METRICS_PORT: `${USUAL}` })
      const error = await rejectionOf(observe(configuration, new RecordingEventLog()))
      expect(error).to.be.instanceOf(StartFault).with.property('variable', 'METRICS_PORT')
    })
  })
})

/** Somebody else may have the port already: that is as good. */
async function listening(port: number): Promise<Server | undefined> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}
