import { once } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { join } from 'node:path'
import { expect } from 'chai'
import { FilesystemBlobStore } from '../../adapters/filesystem/filesystem-blob-store.ts'
import { chunked } from '../support/byte-streams.ts'
import { freshBlobKey } from '../support/sample-backups.ts'
import { runService } from '../support/service-process.ts'
import { meddle } from '../support/sqlite-file.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const KEYRING = `a:${Buffer.alloc(32).toString('base64url')}`

/** A start that must fail, and all that is told of it. */
interface FailedStart {
  readonly title: string
  /** What is wrong with the folder that is given to it. */
  readonly prepare?: (folder: string) => Promise<unknown>
  /** Over `PORT=0`, `METRICS_PORT=off` and a folder of its own. */
  readonly variables?: (folder: string, takenPort: number) => Readonly<Record<string, string>>
  readonly code: number
  readonly variable: string
  readonly reason: RegExp
}

const FAILED_STARTS: readonly FailedStart[] = [
  {
    title: 'a data folder that is a file',
    variables: () => ({ DATA_DIR: '/dev/null', CHALLENGE_KEYS: KEYRING }),
    code: 78,
    variable: 'DATA_DIR',
    reason: /^\/dev\/null cannot be used: .*EEXIST/,
  },
  {
    title: 'a data folder below a file, where only the keyring would be kept',
    variables: () => ({ DATA_DIR: '/dev/null/data', STORAGE: 'memory' }),
    code: 78,
    variable: 'DATA_DIR',
    reason: /^\/dev\/null\/data cannot be used: .*ENOTDIR/,
  },
  {
    title: 'a keyring that is none',
    prepare: (folder) => writeFile(join(folder, 'challenge-keys'), 'nonsense'),
    code: 1,
    variable: 'DATA_DIR',
    reason: /challenge-keys is no keyring/,
  },
  {
    title: 'a database that is none',
    prepare: (folder) => writeFile(join(folder, 'index.sqlite'), 'nonsense '.repeat(1000)),
    code: 1,
    variable: 'DATA_DIR',
    reason: /index\.sqlite: file is not a database/,
  },
  ...(['missing', 'of no bytes', 'without its -wal file'] as const).map((how) => ({
    title: `sealed bytes whose index is ${how}`,
    prepare: (folder: string) => loseIndex(folder, how),
    code: 1,
    variable: 'DATA_DIR',
    reason:
      /index\.sqlite is missing or empty, but there are sealed bytes .*: put the index back .*; or move blobs away/,
  })),
  {
    title: 'a folder for blobs that is a file',
    prepare: (folder) => writeFile(join(folder, 'blobs'), ''),
    code: 78,
    variable: 'DATA_DIR',
    reason: /cannot use .*blobs: /,
  },
  {
    title: 'a port that is in use',
    variables: (_, takenPort) => ({ PORT: `${takenPort}` }),
    code: 1,
    variable: 'PORT',
    reason: /address already in use 127\.0\.0\.1:[0-9]+/,
  },
  {
    title: 'a port of the metrics that is in use',
    variables: (_, takenPort) => ({ METRICS_PORT: `${takenPort}` }),
    code: 1,
    variable: 'METRICS_PORT',
    reason: /is taken: choose another, 0 for any free one, or off/,
  },
  {
    title: 'the cloud without a region',
    variables: (folder) => ({ STORAGE: 'aws', BACKUP_S3_BUCKET: 'bucket', HOME: folder }),
    code: 78,
    variable: 'AWS_REGION',
    reason: /^has to be set, or the region of a profile of the SDK: Region is missing/,
  },
  {
    title: 'the cloud in a region that is none',
    variables: (folder) => ({ STORAGE: 'aws', BACKUP_S3_BUCKET: 'bucket', HOME: folder, AWS_REGION: 'eu central' }),
    code: 78,
    variable: 'AWS_REGION',
    reason: /"eu central"/,
  },
  {
    title: 'an address that this machine does not have',
    variables: () => ({ HOST: '203.0.113.1' }), // RFC 5737
    code: 78,
    variable: 'HOST',
    reason: /address not available 203\.0\.113\.1/,
  },
]

async function loseIndex(folder: string, how: 'missing' | 'of no bytes' | 'without its -wal file'): Promise<void> {
  const store = await FilesystemBlobStore.open(join(folder, 'blobs'))
  await store.put(freshBlobKey(), chunked(Buffer.from('sealed')))
  const file = join(folder, 'index.sqlite')
  if (how === 'of no bytes') await writeFile(file, '')
  // As the file is until its first checkpoint.
  if (how === 'without its -wal file') meddle(file, 'PRAGMA journal_mode = WAL')
}

describe('Starting the service', function () {
  this.timeout(60_000)
  let folder: TemporaryFolder
  let taken: Server

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
    taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
  })

  afterEach(async () => {
    taken.close()
    await folder.remove()
  })

  it('ends with 78 before it listens, and tells every fault of the configuration', async () => {
    const { code, stderr } = await runService({ PORT: 'x', APP_ENV: 'staging', STORAGE: 'memory' })
    expect(code).to.equal(78)
    expect(stderr).to.contain('PORT is a whole number from 0 to 65535')
    expect(stderr).to.contain('CHALLENGE_KEYS has to be set')
  })

  it('warns that staging keeps nothing in memory', async () => {
    const { port } = taken.address() as AddressInfo
    const { stdout } = await runService({
      PORT: `${port}`, // where the start ends
      APP_ENV: 'staging',
      HOST: '127.0.0.1',
      STORAGE: 'memory',
      CHALLENGE_KEYS: KEYRING,
    })
    const lines = stdout.trimEnd().split('\n')
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(told.map(({ event }) => event)).to.deep.equal(['no_durable_storage', 'start_failed'])
    expect(told[0]).to.include({ level: 40, variable: 'STORAGE' })
  })

  it('makes no index where one was lost, so that nothing is in its way when it is put back', async () => {
    await loseIndex(folder.path, 'missing')
    await runService({ PORT: '0', DATA_DIR: folder.path })
    expect(await readdir(folder.path)).to.not.include('index.sqlite')
  })

  for (const { title, prepare, variables, code, variable, reason } of FAILED_STARTS) {
    it(`ends with ${code} and one line about ${variable} for ${title}`, async () => {
      const { port } = taken.address() as AddressInfo
      const data = join(folder.path, 'data')
      await mkdir(data)
      await prepare?.(data)
      const ended = await runService({
        PORT: '0',
        METRICS_PORT: 'off',
        DATA_DIR: data,
        LOG_FORMAT: 'json',
        ...variables?.(data, port),
      })
      expect(ended).to.include({ code, stderr: '' })
      const [line = '', ...more] = ended.stdout.trimEnd().split('\n')
      expect(more).to.deep.equal([])
      const told = JSON.parse(line) as Record<string, unknown>
      expect(told).to.include({ event: 'start_failed', variable })
      expect(told.reason).to.match(reason)
      expect(line).to.not.match(/\bat .*\.ts:/)
    })
  }
})
