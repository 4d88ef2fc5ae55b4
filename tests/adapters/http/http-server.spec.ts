import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import express, { type Request, type Response } from 'express'
import { HttpServer } from '../../../adapters/http/server/http-server.ts'
import { Connection } from '../../support/http-connection.ts'
import { beginPost } from '../../support/http-impatience.ts'

const REQUEST_TIMEOUT = 100
/** Times the request timeout. */
const IDLE = 2
const BODY = 'x'.repeat(10)

describe('HttpServer, about time', function () {
  this.timeout(60_000)
  let server: HttpServer
  let url: string
  let handled: Promise<readonly [Request, Response]>

  beforeEach(async () => {
    const { promise, resolve } = Promise.withResolvers<readonly [Request, Response]>()
    handled = promise
    const app = express().use((request, response) => {
      resolve([request, response])
    })
    const options = { host: '127.0.0.1', port: 0, requestTimeout: REQUEST_TIMEOUT, maxBackupBytes: 1000 }
    server = await HttpServer.listen(app, options)
    url = `http://127.0.0.1:${server.port}`
  })

  afterEach(() => server.stop(0))

  /** Returns when at least so much time has passed for the server as clients have who say nothing at all. */
  async function outlast(requestTimeouts: number): Promise<void> {
    for (let passed = 0; passed < requestTimeouts; passed += 1) {
      const silent = await Connection.open(url)
      await silent.whenClosed()
    }
  }

  it('lets a handler take its time: it has limits of its own', async () => {
    const connection = await beginPost(url, '/', { 'content-length': BODY.length })
    connection.write(BODY)
    const [request, response] = await handled
    await buffer(request)
    await outlast(IDLE + 1)
    response.json('done')
    expect((await connection.answer()).text).to.equal('"done"')
    connection.reset()
  })

  it('lets a handler take its time before it reads the body, and the body its own after that', async () => {
    const connection = await beginPost(url, '/', { 'content-length': BODY.length })
    const [request, response] = await handled
    // Bodies have more time than this by far: see `bodyDeadline`.
    await outlast(20 + 1)
    request.resume().on('end', () => response.json('done'))
    connection.write(BODY)
    expect((await connection.answer()).text).to.equal('"done"')
    connection.reset()
  })

  it('lets a handler take its time in the middle of its answer', async () => {
    const connection = await beginPost(url, '/', { 'content-length': 0 })
    const [, response] = await handled
    response.set('content-length', '2').write('a')
    await outlast(IDLE + 1)
    response.end('b')
    expect((await connection.answer()).text).to.equal('ab')
    connection.reset()
  })

  it('cuts off a client who does not send what a handler reads', async () => {
    const connection = await beginPost(url, '/', { 'content-length': BODY.length })
    const [request] = await handled
    request.on('error', () => {}).resume()
    await connection.whenClosed()
    expect(connection.received.toString()).to.equal('')
  })

  it('cuts off a client who does not take the answer, however late it comes', async () => {
    const connection = await beginPost(url, '/', { 'content-length': 0 })
    connection.pause()
    const [, response] = await handled
    await outlast(IDLE + 1)
    const closed = new Promise((resolve) => response.once('close', resolve))
    response.end(Buffer.alloc(64 * 1024 * 1024))
    await closed
    expect(response.writableFinished).to.be.false
    connection.reset()
  })
})
