import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { utimes, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { mock } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { HttpServer } from '../../adapters/http/server/http-server.ts'
import { readConfiguration } from '../../bootstrap/configuration.ts'
import { startService, type Service } from '../../bootstrap/service.ts'
import { RecordingEventLog } from '../support/recording-event-log.ts'
import { rejectionOf } from '../support/rejection.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

describe('startService', () => {
  let folder: TemporaryFolder
  let log: RecordingEventLog
  let service: Service | undefined

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    log = new RecordingEventLog()
  })
  afterEach(async () => {
    mock.restoreAll()
    mock.timers.reset()
    await service?.stop()
    service = undefined
    await folder.remove()
  })

  async function start(variables: Readonly<Record<string, string>> = {}): Promise<Service> {
    const own = { PORT: '0', METRICS_PORT: 'off', DATA_DIR: folder.path, SHUTDOWN_GRACE_MS: '0' }
    service = await startService(readConfiguration({ ...own, ...variables }), log)
    return service
  }

  /** Whoever closes the index last takes it away. */
  const indexIsOpen = (): boolean => existsSync(join(folder.path, 'index.sqlite-wal'))

  it('closes the stores at a stop', async () => {
    const started = await start()
    expect(indexIsOpen()).to.equal(true)
    await started.stop()
    expect(indexIsOpen()).to.equal(false)
  })

  it('closes the stores and lets go of the metrics also where the server does not stop as it should', async () => {
    const started = await start({ METRICS_PORT: '0' })
    mock.method(HttpServer.prototype, 'stop', async function (this: HttpServer, grace: number) {
      mock.restoreAll()
      await this.stop(grace)
      throw new Error('a test')
    })
    expect(await rejectionOf(started.stop())).to.have.property('message', 'a test')
    expect(indexIsOpen()).to.equal(false)
    expect(await rejectionOf(fetch(started.metricsUrl!))).to.be.instanceOf(TypeError)
  })

  it('closes the stores and lets go of the metrics where it cannot listen', async () => {
    const taken = await listening(0)
    const free = await portOf(await listening(0), 'closed')
    const error = await rejectionOf(start({ PORT: `${await portOf(taken)}`, METRICS_PORT: `${free}` }))
    expect(error).to.have.property('code', 'EADDRINUSE')
    expect(indexIsOpen()).to.equal(false)
    await portOf(await listening(free), 'closed')
    taken.close()
  })

  it('has each of its sweeps also remove what uploads of dead processes have left behind', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    await start()
    const abandoned = join(folder.path, 'blobs', '.incoming', 'abandoned')
    await writeFile(abandoned, 'x')
    await utimes(abandoned, 0, 0)
    mock.timers.tick(60_000)
    while (!log.events.some(({ event }) => event === 'swept')) await nextTurn()
    expect(existsSync(abandoned)).to.equal(false)
  })
})

async function listening(port: number): Promise<Server> {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function portOf(server: Server, then: 'open' | 'closed' = 'open'): Promise<number> {
  const { port } = server.address() as AddressInfo
  if (then === 'closed') {
    server.close()
    await once(server, 'close')
  }
  return port
}
