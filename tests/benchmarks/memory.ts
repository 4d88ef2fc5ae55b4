// npm run bench:memory: how much memory the service takes while many upload, and then download, the largest backups there
// are at once. Prints what it measured; exits with 1 above the limit.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { hashOf, KeypairOwner } from '../support/keypair-owner.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'

const CLIENTS = 24
const BACKUP_BYTES = 15 * 1024 * 1024
const LIMIT_MEGABYTES = 250

const folder = await makeTemporaryFolder()
const service = await ServiceProcess.start({ DATA_DIR: folder.path })
try {
  const client = new BackupClient(service.url)
  const owners = Array.from({ length: CLIENTS }, () => ({
    owner: new KeypairOwner(),
    sealed: randomBytes(BACKUP_BYTES),
  }))
  console.log(`${CLIENTS} clients, ${BACKUP_BYTES} bytes each`)
  await report('idle')

  await timed('uploads', () => Promise.all(owners.map(({ owner, sealed }) => owner.create(client, sealed))))
  await report('after the uploads')

  const downloads = await timed('downloads', () => Promise.all(owners.map(({ owner }) => owner.retrieve(client))))
  const whole = downloads.every(({ sealed }, index) => hashOf(sealed) === hashOf(owners[index]!.sealed))
  const peak = await report('after the downloads')

  console.log(whole ? 'every download is byte for byte what was uploaded' : 'A DOWNLOAD DIFFERS')
  console.log(`peak ${peak} MB, limit ${LIMIT_MEGABYTES} MB`)
  if (!whole || peak > LIMIT_MEGABYTES) process.exitCode = 1
} finally {
  await service.terminate()
  await folder.remove()
}

async function timed<Result>(what: string, run: () => Promise<Result>): Promise<Result> {
  const startedAt = performance.now()
  const result = await run()
  console.log(`${what}: ${Math.round(performance.now() - startedAt)} ms`)
  return result
}

/** @returns the peak resident set size so far, in MB (10^6 bytes), as the kernel counts it */
async function report(moment: string): Promise<number> {
  const status = await readFile(`/proc/${service.pid}/status`, 'utf8')
  const kilobytes = Number(/^VmHWM:\s+([0-9]+) kB$/m.exec(status)?.[1])
  const megabytes = Math.round((kilobytes * 1024) / 1e6)
  console.log(`peak RSS ${moment}: ${megabytes} MB`)
  return megabytes
}
