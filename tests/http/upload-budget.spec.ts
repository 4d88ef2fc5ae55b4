import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { chunked } from '../support/byte-streams.ts'
import { BackupClient } from '../support/http-backup-client.ts'
import type { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { beginPost, itMeanwhile, useImpatientService } from '../support/http-impatience.ts'
import { encodeMultipart, multipartHeaders, PART_ORDERS, uploadParts } from '../support/http-multipart.ts'
import { startTestService, useService, type RunningService } from '../support/http-service.ts'
import { canListOpenFiles, openSpools } from '../support/http-storage.ts'

const BOUNDARY = 'boundary'
/** Room for one of the uploads here, not for two. */
const BUDGET = 30_000
const CONTENT = randomBytes(20_000)

interface Begun {
  readonly connection: Connection
  readonly rest: Buffer
}

/** Sends all of a creation but its end. */
async function beginCreation(service: RunningService, order = PART_ORDERS[0]): Promise<Begun> {
  const owner = new BackupClient(service.http, CONTENT)
  const body = encodeMultipart(uploadParts(await owner.createPayload(), CONTENT, order), BOUNDARY)
  const framing = { ...multipartHeaders(BOUNDARY), 'content-length': body.length }
  const connection = await beginPost(service.url, '/v1/create', framing)
  connection.write(body.subarray(0, -20))
  return { connection, rest: body.subarray(-20) }
}

async function bytesInFlight({ metricsUrl }: RunningService, kind = 'upload'): Promise<number> {
  const text = await (await fetch(metricsUrl!)).text()
  return Number(new RegExp(`^backup_${kind}_bytes_in_flight ([0-9]+)$`, 'm').exec(text)?.[1])
}

async function create(service: RunningService): Promise<string> {
  const owner = new BackupClient(service.http, CONTENT)
  return (await service.http.send(await owner.createRequest())).outcome
}

const VARIABLES = { MAX_UPLOAD_BYTES_IN_FLIGHT: String(BUDGET), METRICS_PORT: '0' }

describe('The budget of uploads in flight', () => {
  const service = useService({ variables: VARIABLES })

  async function begin(): Promise<Begun> {
    const begun = await beginCreation(service())
    await eventually('the upload to be admitted', async () => (await bytesInFlight(service())) > 0)
    return begun
  }

  afterEach(async () => {
    await eventually('everything to be given back', async () => (await bytesInFlight(service())) === 0)
  })

  it('lets an upload wait until another is over', async () => {
    const first = await begin()
    const second = create(service())
    const third = create(service())
    first.connection.write(first.rest)
    expect((await first.connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('200')
    expect([await second, await third]).to.deep.equal(['200', '200'])
    first.connection.reset()
  })

  it('is given back by an upload that breaks off', async () => {
    const first = await begin()
    const second = create(service())
    first.connection.reset()
    expect(await second).to.equal('200')
  })

  it('is given back by an upload that is refused, even while its client goes on sending', async () => {
    const framing = { ...multipartHeaders(BOUNDARY), 'content-length': BUDGET }
    const connection = await beginPost(service().url, '/v1/reset', framing)
    expect((await connection.documentedAnswer('POST', '/v1/reset')).outcome).to.equal('415 unsupported_media_type')
    expect(await create(service())).to.equal('200')
    connection.reset()
  })

  it('is not what a retrieval waits for', async () => {
    const owner = new BackupClient(service().http, CONTENT)
    await owner.create()
    const framing = { ...multipartHeaders(BOUNDARY), 'content-length': BUDGET }
    const connection = await beginPost(service().url, '/v1/create', framing)
    await eventually('all to be used up', async () => (await bytesInFlight(service())) === BUDGET)
    expect((await owner.stored()).content).to.deep.equal(CONTENT)
    connection.reset()
  })

  it('is not had by an upload larger than all of it, which is told at once', async () => {
    const owner = new BackupClient(service().http, randomBytes(BUDGET))
    const { outcome, headers, body } = await service().http.send(await owner.createRequest())
    expect(outcome).to.equal('503 unavailable')
    expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    expect(body).to.have.property('allowRetry', true)
  })

  it('counts an upload of unknown length as the largest there may be', async () => {
    const request = await new BackupClient(service().http, CONTENT).createRequest()
    const { outcome } = await service().http.send({ ...request, body: chunked(request.body as Buffer, 1000) })
    expect(outcome).to.equal('503 unavailable')
  })

  it('is an operator told of that is too small for one such upload, and refusals are no faults', () => {
    const events = service().events.filter(({ level }) => level !== 'info')
    expect(events.map(({ event }) => event)).to.deep.equal(['upload_budget_small'])
  })

  it('is refused before anything of the body is read', async () => {
    const framing = { ...multipartHeaders(BOUNDARY), 'content-length': BUDGET + 1 }
    const connection = await beginPost(service().url, '/v1/create', framing)
    expect((await connection.documentedAnswer('POST', '/v1/create')).outcome).to.equal('503 unavailable')
    connection.reset()
  })
})

describe('Uploads that wait for each other', () => {
  const service = useImpatientService(() => VARIABLES)

  itMeanwhile('do so for a limited time only, and a body that stalls gives back what it holds', async () => {
    for (const order of PART_ORDERS) {
      const stalled = await beginCreation(service(), order)
      await eventually('the upload to be admitted', async () => (await bytesInFlight(service())) > 0)
      // Its time begins later than that of the one it waits for, and is as long: both ends are seen.
      const outcomes = await Promise.all([stalled.connection.documentedAnswer('POST', '/v1/create'), create(service())])
      expect(outcomes[0].outcome).to.equal('408 request_timeout')
      expect(outcomes[1]).to.be.oneOf(['200', '503 unavailable'])
      stalled.connection.reset()
      expect(await bytesInFlight(service())).to.equal(0)
      if (await canListOpenFiles()) await eventually('the spool to be closed', async () => (await openSpools()) === 0)
      expect(await create(service())).to.equal('200')
    }
  })
})

describe('The default budget', () => {
  it('is large enough for many of the largest uploads, of which an operator is told nothing', async () => {
    const service = await startTestService()
    expect(service.events.filter(({ level }) => level === 'warn')).to.deep.equal([])
    await service.stop()
  })
})
