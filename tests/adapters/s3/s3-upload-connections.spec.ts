import type { S3Client } from '@aws-sdk/client-s3'
import { expect } from 'chai'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { NodeRandom } from '../../../adapters/crypto/node-random.ts'
import { createS3Client } from '../../../adapters/s3/s3-client.ts'
import { S3Upload, type SpooledBlob } from '../../../adapters/s3/s3-upload.ts'
import { Backoff } from '../../../application/backoff.ts'
import { failingAfter } from '../../support/byte-streams.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { rejectionOf } from '../../support/rejection.ts'
import { localS3 } from '../../support/s3-bucket.ts'
import { startS3WireServer, type S3WireServer } from '../../support/s3-wire-server.ts'
import { freshBlobKey } from '../../support/sample-backups.ts'

const BYTES = randomBytes(15 * 1024 * 1024)
const CHUNK_BYTES = 65_536

/** Bytes that are sent to be refused do not have to be right. */
const BLOB = { key: freshBlobKey(), size: BYTES.length, sha256: createHash('sha256').update(BYTES).digest('hex') }

describe('S3Upload', () => {
  const clients: S3Client[] = []

  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy()
  })

  const uploadTo = (endpoint: string): S3Upload => {
    const client = createS3Client(localS3(endpoint))
    clients.push(client)
    const backoff = new Backoff(new ManualClock(), new NodeRandom(), { first: 1, longest: 1 })
    return new S3Upload(client, { bucket: 'bucket', kmsKeyArn: undefined, idleTimeout: 10_000 }, backoff)
  }

  describe('over a server that answers', () => {
    let server: S3WireServer
    let answered: number

    beforeEach(async () => {
      answered = 0
      server = await startS3WireServer(() => {
        answered += 1
        return { status: 200 }
      })
    })
    afterEach(() => server.stop())

    it('uses a connection again although the answer came before the file was found to end', async () => {
      const upload = uploadTo(server.endpoint)
      for (let round = 1; round <= 3; round += 1) {
        const slowToEnd = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
          yield BYTES
          while (answered < round) await nextTurn()
          for (let turn = 0; turn < 100; turn += 1) await nextTurn()
        }
        await upload.send(BLOB, { read: slowToEnd })
      }
      expect(server.connections()).to.equal(1)
    })

    it('fails when the file cannot be read, however often it is tried', async () => {
      let reads = 0
      const unreadable: SpooledBlob = {
        read: () => {
          reads += 1
          return failingAfter(BYTES.subarray(0, CHUNK_BYTES), new Error('input/output error'))
        },
      }
      const error = await rejectionOf(uploadTo(server.endpoint).send(BLOB, unreadable))
      expect(error).to.have.nested.property('cause.message', 'input/output error')
      expect(reads).to.equal(3)
    })
  })

  describe('over a server that refuses before it has read anything, and waits', () => {
    let server: Server
    let accepted: Promise<Socket>

    beforeEach(async () => {
      server = createServer((socket) => {
        // A reset is a way to be let go of, too.
        socket.on('error', () => undefined)
        socket.once('data', () => {
          socket.write('HTTP/1.1 412 Precondition Failed\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n')
        })
      }).listen(0, '127.0.0.1')
      accepted = once(server, 'connection').then(([socket]) => socket as Socket)
      await once(server, 'listening')
    })
    afterEach(async () => {
      server.close()
      await once(server, 'close')
    })

    it('lets go of the connection and of the file', async () => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
      let released = false
      const read = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
        try {
          for (let start = 0; start < BYTES.length; start += CHUNK_BYTES) {
            yield BYTES.subarray(start, start + CHUNK_BYTES)
            await nextTurn()
          }
        } finally {
          released = true
        }
      }
      const upload = uploadTo(`http://127.0.0.1:${address.port}`)
      const refused = rejectionOf(upload.send(BLOB, { read }))
      const closed = once(await accepted, 'close')
      expect(await refused).to.have.nested.property('$metadata.httpStatusCode', 412)
      await closed
      expect(released).to.equal(true)
    })
  })
})
