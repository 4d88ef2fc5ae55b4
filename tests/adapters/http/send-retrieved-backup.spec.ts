import { createServer, type Server } from 'node:http'
import { duplexPair, type Duplex } from 'node:stream'
import { expect } from 'chai'
import express from 'express'
import { sendRetrievedBackup } from '../../../adapters/http/body/send-retrieved-backup.ts'
import type { RetrievedBackup } from '../../../application/use-cases/retrieve-backup.ts'
import { exportMetadata } from '../../../domain/backup-metadata.ts'
import { chunked } from '../../support/byte-streams.ts'
import { eventually } from '../../support/http-eventually.ts'
import { sampleBackup } from '../../support/sample-backups.ts'

const TIMEOUT = 100
/** The seconds that so much buys are far more than any test takes. */
const CHUNK_BYTES = 48 * 1024
const REQUEST = 'GET / HTTP/1.1\r\nhost: localhost\r\n\r\n'

describe('sendRetrievedBackup', () => {
  const servers: Server[] = []
  let closed: number
  let sent: number

  beforeEach(() => {
    closed = 0
    sent = 0
  })

  afterEach(() => {
    for (const server of servers.splice(0)) server.close()
  })

  /** A connection without the buffers of an operating system, over which much would go that its client never takes. */
  function connect(size: number, chunkBytes: number): Duplex {
    const app = express().get('/', async (_request, response) => {
      await sendRetrievedBackup(response, retrieved(size, chunkBytes), TIMEOUT)
      sent += 1
    })
    const server = createServer(app)
    servers.push(server)
    const [client, connection] = duplexPair({ highWaterMark: 1024 })
    server.emit('connection', connection)
    return client
  }

  function retrieved(size: number, chunkBytes: number): RetrievedBackup {
    return {
      size,
      blob: {
        body: chunked(new Uint8Array(size), chunkBytes),
        close: async () => {
          closed += 1
        },
      },
      metadata: exportMetadata(sampleBackup()),
      syncFactorToken: 'token',
    }
  }

  it('cuts off a client that takes a few bytes now and then', async () => {
    const client = connect(1_000_000, 3)
    client.write(REQUEST)
    const timer = setInterval(() => {
      client.read(1)
    }, 5)
    try {
      await eventually('the blob to be closed', () => closed === 1)
    } finally {
      clearInterval(timer)
    }
    expect(sent).to.equal(1)
  })

  it('cuts off a client that asks ahead and leaves the second backup waiting behind the first', async () => {
    const client = connect(10_000_000, CHUNK_BYTES)
    client.write(REQUEST + REQUEST)
    await eventually('both blobs to be closed', () => closed === 2)
  })

  it('gives more time to a client that has taken more', async () => {
    const client = connect(10_000_000, CHUNK_BYTES)
    let received = 0
    let pauseAt = 1_000_000
    client.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received > pauseAt) client.pause()
    })
    client.write(REQUEST)
    await eventually('much to be taken', () => client.isPaused())
    const other = connect(10_000_000, CHUNK_BYTES)
    other.write(REQUEST)
    await eventually('the other to be cut off', () => closed === 1)
    pauseAt = Infinity
    client.resume()
    await eventually('the rest', () => closed === 2)
    expect(received).to.be.greaterThan(13_333_333)
  })
})
