import type { ServerResponse } from 'node:http'
import { expect } from 'chai'
import { HttpServer } from '../../../adapters/http/server/http-server.ts'
import { Connection } from '../../support/http-connection.ts'
import { eventually } from '../../support/http-eventually.ts'

const MAX_CONNECTIONS = 3
const OPTIONS = {
  host: '127.0.0.1',
  port: 0,
  requestTimeout: 30_000,
  maxBackupBytes: 1000,
  maxConnections: MAX_CONNECTIONS,
}

describe('HttpServer, about connections', () => {
  let server: HttpServer
  let url: string

  beforeEach(async () => {
    server = await HttpServer.listen((_request, response) => response.end('here'), OPTIONS)
    url = `http://127.0.0.1:${server.port}`
  })

  afterEach(() => server.stop(0))

  it('cuts off who comes while enough idle connections are held, and serves those it has', async () => {
    const held = await Promise.all(Array.from({ length: MAX_CONNECTIONS }, () => Connection.open(url)))
    const surplus = await Connection.open(url)
    await surplus.whenClosed()
    held[0]!.head('GET / HTTP/1.1')
    expect((await held[0]!.answer()).status).to.equal(200)
    held[1]!.reset()
    await held[1]!.whenClosed()
    for (const connection of held) connection.reset()
  })
})

describe('HttpServer, about requests sent ahead on one connection', () => {
  const HEAD = 'POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n'
  const unanswered: ServerResponse[] = []
  let server: HttpServer
  let connection: Connection

  beforeEach(async () => {
    unanswered.length = 0
    server = await HttpServer.listen((_request, response) => unanswered.push(response), OPTIONS)
    connection = await Connection.open(`http://127.0.0.1:${server.port}`)
  })

  afterEach(() => server.stop(0))

  it('answers four in their order, as often as they come', async () => {
    for (let time = 1; time <= 3; time += 1) {
      connection.write(HEAD.repeat(4))
      await eventually('all of them to arrive', () => unanswered.length === 4)
      for (const [index, response] of unanswered.splice(0).entries()) response.end(String(index))
      for (let index = 0; index < 4; index += 1) expect((await connection.answer()).text).to.equal(String(index))
    }
  })

  it('cuts off a client that sends one more, whose requests would fill the memory', async () => {
    connection.write(HEAD.repeat(5))
    await connection.whenClosed()
    expect(unanswered).to.have.lengthOf(4)
    expect(connection.received.toString()).to.equal('')
  })
})

describe('HttpServer, about a client that is gone', () => {
  it('closes every response that it had to give, also behind which a tunnel was asked for', async () => {
    const begun: ServerResponse[] = []
    let closed = 0
    const server = await HttpServer.listen((_request, response) => {
      response.once('close', () => (closed += 1))
      if (begun.push(response) === 2) response.end('waits for the one before')
    }, OPTIONS)
    const connection = await Connection.open(`http://127.0.0.1:${server.port}`)
    const heads = ['GET /', 'GET /', 'GET /', 'CONNECT localhost:80']
    connection.write(heads.map((line) => `${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`).join(''))
    await eventually('all to begin', () => begun.length === 3)
    connection.reset()
    await eventually('all to be closed', () => closed === 3)
    await server.stop(0)
    expect(closed).to.equal(3)
  })
})

describe('HttpServer, about a stop', () => {
  it('cuts a tunnel off, too, that waits behind a request which outlasts the grace', async () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<unknown>()
    // Never answers.
    const server = await HttpServer.listen(reach, OPTIONS)
    const connection = await Connection.open(`http://127.0.0.1:${server.port}`)
    const heads = ['GET /', 'CONNECT localhost:80'].map((line) => `${line} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    connection.write(heads.join(''))
    await reached
    await server.stop(0)
    await connection.whenClosed()
    expect(connection.received.toString()).to.equal('')
  })
})
