import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { BackupClient } from '../support/http-backup-client.ts'
import { Connection } from '../support/http-connection.ts'
import { eventually } from '../support/http-eventually.ts'
import {
  encodeMultipart,
  multipartHeaders,
  multipartRequest,
  PART_ORDERS,
  uploadParts,
  type PartOrder,
} from '../support/http-multipart.ts'
import { useSharedService } from '../support/http-service.ts'
import { canListOpenFiles } from '../support/http-storage.ts'

const BOUNDARY = 'boundary'
const CONTENT = randomBytes(1_000_000)

/** Ways to go away in the middle of a body. */
const DEPARTURES = {
  'resets the connection': (connection: Connection) => connection.reset(),
  'closes its side of the connection': (connection: Connection) => connection.end(),
} as const

const FRAMINGS = ['content-length', 'chunked'] as const

describe('An upload that breaks off', () => {
  const service = useSharedService('embedded')

  // Node closes a forgotten file some day, and warns of it.
  const warnings: string[] = []
  const remember = ({ message }: Error): void => {
    warnings.push(message)
  }

  before(async function () {
    if (!(await canListOpenFiles())) this.skip()
    process.on('warning', remember)
  })

  after(() => process.off('warning', remember))

  afterEach(() => {
    expect(warnings).to.deep.equal([])
  })

  /** Sends half of a creation, and waits until the service is in the middle of taking it in. */
  async function sendHalf(payload: object, order: PartOrder, framing: (typeof FRAMINGS)[number], requestId: string) {
    const body = encodeMultipart(uploadParts(payload, CONTENT, order), BOUNDARY)
    const half = body.subarray(0, body.length / 2)
    const connection = await Connection.open(service().url)
    const length = framing === 'chunked' ? { 'transfer-encoding': framing } : { [framing]: body.length }
    connection.head('POST /v1/create HTTP/1.1', { ...multipartHeaders(BOUNDARY), 'x-request-id': requestId, ...length })
    if (framing === 'chunked') connection.write(`${body.length.toString(16)}\r\n`)
    connection.write(half)
    await eventually('the upload to be on its way', async () => (await service().blobs.underWay()) === 1)
    return connection
  }

  for (const [title, depart] of Object.entries(DEPARTURES)) {
    for (const framing of FRAMINGS) {
      for (const order of PART_ORDERS) {
        it(`(${framing}, ${order}) because the client ${title} leaves nothing behind`, async () => {
          const owner = new BackupClient(service().http, CONTENT)
          const before = await service().blobs.stored()
          const payload = await owner.createPayload()
          const requestId = `${title}-${framing}-${order}`.replaceAll(' ', '-')
          const connection = await sendHalf(payload, order, framing, requestId)

          depart(connection)

          await connection.whenClosed()
          await eventually('its files to be gone', async () => (await service().blobs.underWay()) === 0)
          await eventually('its end to be logged', () => eventOf(requestId) !== undefined)
          expect(await service().blobs.stored()).to.have.members(before)
          expect((await service().http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
          expect(eventOf(requestId)).to.include({ level: 'info', event: 'request' })

          const whole = multipartRequest('/v1/create', uploadParts(payload, CONTENT, order))
          expect((await service().http.send(whole)).outcome, 'the same challenges again').to.equal('200')
          expect((await owner.stored()).content.equals(CONTENT)).to.be.true
        })
      }
    }
  }

  it('is logged as broken off, also if it was JSON', async () => {
    const requestId = 'broken-json'
    const connection = await Connection.open(service().url)
    const headers = { 'content-type': 'application/json', 'content-length': 1000, 'x-request-id': requestId }
    connection.head('POST /v1/reset HTTP/1.1', headers)
    connection.write('{')
    await connection.flushed()
    connection.reset()
    await eventually('its end to be logged', () => eventOf(requestId) !== undefined)
    expect(eventOf(requestId)?.fields).to.have.property('outcome', 'broken_off')
  })

  for (const order of PART_ORDERS) {
    it(`(sync, ${order}) leaves the backup as it was`, async () => {
      const owner = new BackupClient(service().http)
      await owner.create()
      const payload = await owner.syncPayload(CONTENT)
      const body = encodeMultipart(uploadParts(payload, CONTENT, order), BOUNDARY)
      const connection = await Connection.open(service().url)
      connection.head('POST /v1/sync HTTP/1.1', { ...multipartHeaders(BOUNDARY), 'content-length': body.length })
      connection.write(body.subarray(0, -1))
      await connection.flushed()
      connection.reset()

      const whole = multipartRequest('/v1/sync', uploadParts(payload, CONTENT, order))
      expect((await owner.stored()).content).to.deep.equal(owner.content)
      expect((await service().http.send(whole)).outcome, 'the same challenge again').to.equal('200')
      expect((await owner.stored()).content.equals(CONTENT)).to.be.true
    })
  }

  function eventOf(requestId: string) {
    return service().events.find(({ fields }) => fields.requestId === requestId)
  }
})
