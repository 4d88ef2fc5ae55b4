import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { chunked } from '../support/byte-streams.ts'
import { BackupClient } from '../support/http-backup-client.ts'
import type { HttpRequest } from '../support/http-client.ts'
import { multipartRequest, PART_ORDERS, uploadParts, type PartOrder } from '../support/http-multipart.ts'
import { SMALL_BACKUP_BYTES, useSharedService } from '../support/http-service.ts'

const MIB = 1024 * 1024
const MAX_BACKUP_BYTES = 15 * MIB

const FRAMINGS = {
  'with a content length': (request: HttpRequest) => request,
  'in chunks': inChunks,
} as const

describe('The size of an upload', () => {
  const service = useSharedService('embedded')
  const small = useSharedService('small')

  const largest = randomBytes(MAX_BACKUP_BYTES)
  const defaults: readonly (readonly [PartOrder, keyof typeof FRAMINGS])[] = [
    ['payload first', 'with a content length'],
    ['backup first', 'in chunks'],
  ]
  for (const [order, framing] of defaults) {
    it(`may be exactly 15 MiB, ${order}, ${framing}, and comes back byte by byte`, async () => {
      const owner = new BackupClient(service().http, largest)
      await owner.http.succeed(FRAMINGS[framing](await owner.createRequest({ order })))
      const { content } = await owner.stored()
      expect(content.equals(largest)).to.be.true
    })
  }

  for (const order of PART_ORDERS) {
    for (const [framing, framed] of Object.entries(FRAMINGS)) {
      it(`may not be a byte more, ${order}, ${framing}`, async () => {
        const owner = new BackupClient(service().http, Buffer.concat([largest, Buffer.of(0)]))
        const { outcome } = await owner.http.send(framed(await owner.createRequest({ order })))
        expect(outcome).to.equal('413 content_too_large')
      })

      describe(`where the limit is ${SMALL_BACKUP_BYTES} bytes, ${order}, ${framing}`, () => {
        const sizes: readonly (readonly [size: number, create: string, sync: string])[] = [
          [0, '400 empty_backup_file', '400 empty_backup_file'],
          [1, '200', '200'],
          [SMALL_BACKUP_BYTES, '200', '200'],
          [SMALL_BACKUP_BYTES + 1, '413 content_too_large', '413 content_too_large'],
        ]
        for (const [size, create, sync] of sizes) {
          it(`a creation with ${size} bytes: ${create}, and what was refused has used nothing up`, async () => {
            const payload = await new BackupClient(small().http).createPayload()
            const outcomeOf = async (content: Uint8Array): Promise<string> => {
              const request = multipartRequest('/v1/create', uploadParts(payload, content, order))
              return (await small().http.send(framed(request))).outcome
            }
            expect(await outcomeOf(randomBytes(size))).to.equal(create)
            if (create !== '200') expect(await outcomeOf(randomBytes(10))).to.equal('200')
          })

          it(`a sync with ${size} bytes: ${sync}`, async () => {
            const owner = new BackupClient(small().http)
            await owner.create()
            const content = randomBytes(size)
            const { outcome } = await small().http.send(framed(await owner.syncRequest(content, { order })))
            expect(outcome).to.equal(sync)
            expect((await owner.stored()).content).to.deep.equal(sync === '200' ? content : owner.content)
          })
        }

        it('a payload of 1 MiB is read', async () => {
          const { outcome } = await small().http.send(framed(payloadOf(MIB)))
          expect(outcome).to.equal('400 invalid_payload')
        })

        it('a payload of one byte more is too large', async () => {
          const { outcome } = await small().http.send(framed(payloadOf(MIB + 1)))
          expect(outcome).to.equal('413 content_too_large')
        })

        /** @param size of the payload in bytes */
        function payloadOf(size: number): HttpRequest {
          const payload = 'x'.repeat(size - 2) // and its quotation marks
          return multipartRequest('/v1/create', uploadParts(payload, 'sealed bytes', order))
        }
      })
    }
  }

  for (const [framing, framed] of Object.entries(FRAMINGS)) {
    describe(`counts what is around the parts, ${framing}`, () => {
      it('a preamble without end is too large', async () => {
        const { body, ...request } = multipartRequest('/v1/create', uploadParts({}, 'sealed bytes'))
        const longer = Buffer.concat([Buffer.alloc(2 * MIB, '\r\n'), bytesOf(body)])
        const { outcome } = await small().http.send(framed({ ...request, body: longer }))
        expect(outcome).to.equal('413 content_too_large')
      })

      it('an epilogue without end is too large, and nothing is stored', async () => {
        const owner = new BackupClient(small().http)
        const { body, ...request } = await owner.createRequest()
        const longer = Buffer.concat([bytesOf(body), Buffer.alloc(2 * MIB, '\r\n')])
        const { outcome } = await small().http.send(framed({ ...request, body: longer }))
        expect(outcome).to.equal('413 content_too_large')
        expect((await small().http.send(owner.statusRequest())).outcome).to.equal('404 not_found')
      })
    })

    describe(`of JSON, ${framing}`, () => {
      it('may be exactly 1 MiB', async () => {
        expect((await service().http.send(framed(jsonOf(MIB)))).outcome).to.equal('200')
      })

      it('may not be a byte more', async () => {
        expect((await service().http.send(framed(jsonOf(MIB + 1)))).outcome).to.equal('413 content_too_large')
      })
    })
  }
})

function jsonOf(size: number): HttpRequest {
  const body = Buffer.alloc(size, ' ')
  body.write('{}')
  return { path: '/v1/sync/challenge/keypair', headers: { 'content-type': 'application/json' }, body }
}

function inChunks({ body, ...request }: HttpRequest): HttpRequest {
  return { ...request, body: chunked(bytesOf(body), 100_000) }
}

function bytesOf(body: HttpRequest['body']): Uint8Array {
  if (body instanceof Uint8Array) return body
  throw new Error('the body should be there as bytes')
}
