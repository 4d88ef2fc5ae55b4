import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { maxBodyBytes } from '../../adapters/http/body/body-limits.ts'
import { chunked } from '../support/byte-streams.ts'
import { BackupClient } from '../support/http-backup-client.ts'
import type { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import { beginPost, itMeanwhile, useImpatientService } from '../support/http-impatience.ts'
import {
  encodeMultipart,
  multipartHeaders,
  PART_ORDERS,
  uploadParts,
  type PartOrder,
} from '../support/http-multipart.ts'
import { useService, type RunningService } from '../support/http-service.ts'
import { canListOpenFiles, openSpools } from '../support/http-storage.ts'

const BOUNDARY = 'boundary'
const MAX_BACKUP_BYTES = 2 * 1024 * 1024
/** The least that is accepted: room for one of the largest uploads, not for two. */
const BUDGET = maxBodyBytes(MAX_BACKUP_BYTES)
const CONTENT = randomBytes(MAX_BACKUP_BYTES)
const SMALL_CONTENT = randomBytes(20_000)

interface Begun {
  readonly connection: Connection
  readonly rest: Buffer
}

/** @param length what is announced: all of the body where absent */
interface Beginning {
  readonly order?: PartOrder
  readonly content?: Buffer
  readonly length?: number
}

/** Sends all of a creation but its end. */
async function beginCreation(service: RunningService, beginning: Beginning = {}): Promise<Begun> {
  const { order = PART_ORDERS[0], content = CONTENT, length } = beginning
  const owner = new BackupClient(service.http, content)
  const body = encodeMultipart(uploadParts(await owner.createPayload(), content, order), BOUNDARY)
  const connection = await beginPost(service.url, '/v1/create', announced(length ?? body.length))
  connection.write(body.subarray(0, -20))
  return { connection, rest: body.subarray(-20) }
}

function announced(length: number): Record<string, string | number> {
  return { ...multipartHeaders(BOUNDARY), 'content-length': length }
}

async function bytesInFlight({ metricsUrl }: RunningService, kind = 'upload'): Promise<number> {
  const text = await (await fetch(metricsUrl!)).text()
  return Number(new RegExp(`^backup_${kind}_bytes_in_flight ([0-9]+)$`, 'm').exec(text)?.[1])
}

async function create(service: RunningService, content = CONTENT): Promise<string> {
  const owner = new BackupClient(service.http, content)
  return (await service.http.send(await owner.createRequest())).outcome
}

const VARIABLES = {
  MAX_BACKUP_BYTES: String(MAX_BACKUP_BYTES),
  MAX_UPLOAD_BYTES_IN_FLIGHT: String(BUDGET),
  METRICS_PORT: '0',
}

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
    const connection = await beginPost(service().url, '/v1/reset', announced(BUDGET))
    expect((await connection.documentedAnswer('POST', '/v1/reset')).outcome).to.equal('415 unsupported_media_type')
    expect(await create(service())).to.equal('200')
    connection.reset()
  })

  it('is not what a retrieval waits for', async () => {
    const owner = new BackupClient(service().http, CONTENT)
    await owner.create()
    const connection = await beginPost(service().url, '/v1/create', announced(BUDGET))
    await eventually('all to be used up', async () => (await bytesInFlight(service())) === BUDGET)
    expect((await owner.stored()).content).to.deep.equal(CONTENT)
    connection.reset()
  })

  it('has room for the largest upload there may be, which one of unknown length counts as', async () => {
    const request = await new BackupClient(service().http, CONTENT).createRequest()
    const { outcome } = await service().http.send({ ...request, body: chunked(request.body as Buffer, 65_536) })
    expect(outcome).to.equal('200')
    const connection = await beginPost(service().url, '/v1/create', {
      ...multipartHeaders(BOUNDARY),
      'transfer-encoding': 'chunked',
    })
    await eventually('all to be used up', async () => (await bytesInFlight(service())) === BUDGET)
    connection.reset()
  })
})

describe('Uploads that wait for each other', () => {
  const service = useImpatientService(() => VARIABLES)

  itMeanwhile('do so for a limited time only, and a body that stalls gives back what it holds', async () => {
    for (const order of PART_ORDERS) {
      const stalled = await beginCreation(service(), { order, content: SMALL_CONTENT, length: BUDGET })
      await eventually('the upload to be admitted', async () => (await bytesInFlight(service())) > 0)
      // Its time begins later than that of the one it waits for, and is as long: both ends are seen.
      const outcomes = await Promise.all([
        stalled.connection.documentedAnswer('POST', '/v1/create'),
        create(service(), SMALL_CONTENT),
      ])
      expect(outcomes[0].outcome).to.equal('408 request_timeout')
      expect(outcomes[1]).to.be.oneOf(['200', '503 unavailable'])
      stalled.connection.reset()
      expect(await bytesInFlight(service())).to.equal(0)
      if (await canListOpenFiles()) await eventually('the spool to be closed', async () => (await openSpools()) === 0)
      expect(await create(service(), SMALL_CONTENT)).to.equal('200')
    }
  })
})

describe('Uploads that would wait too long', () => {
  const service = useImpatientService(() => VARIABLES)

  it('are refused before anything of them is read, which the log takes for no fault', async () => {
    const slow = await beginCreation(service())
    await eventually('the upload to be admitted', async () => (await bytesInFlight(service())) > 0)
    const connection = await beginPost(service().url, '/v1/create', announced(BUDGET))
    const { outcome, headers, text } = await connection.documentedAnswer('POST', '/v1/create')
    expect(outcome).to.equal('503 unavailable')
    expect(headers.get('retry-after')).to.match(/^[1-9][0-9]*$/)
    expect(JSON.parse(text)).to.have.property('allowRetry', true)
    expect(service().events.filter(({ level }) => level !== 'info')).to.deep.equal([])
    connection.reset()
    slow.connection.reset()
  })
})

describe('The default budget', () => {
  const service = useService({ variables: { MAX_BACKUP_BYTES: String(512 * 1024 * 1024) } })

  it('has room for an upload of unknown length, however large backups may be', async () => {
    const request = await new BackupClient(service().http, SMALL_CONTENT).createRequest()
    const { outcome } = await service().http.send({ ...request, body: chunked(request.body as Buffer, 1000) })
    expect(outcome).to.equal('200')
  })
})
