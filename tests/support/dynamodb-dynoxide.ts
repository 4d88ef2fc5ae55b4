import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A development dependency that npm installs on Linux x64 only. */
const BINARY = fileURLToPath(new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url))
const MAX_STARTS = 5

/** Whether this machine has dynoxide: a server with DynamoDB's protocol, as one small program. */
export function hasDynoxide(): boolean {
  return existsSync(BINARY)
}

export interface DynoxideServer {
  readonly endpoint: string
  readonly stop: () => Promise<void>
}

/** Starts one on a free port of the loopback interface, that keeps its tables in memory. */
export async function startDynoxide(): Promise<DynoxideServer> {
  for (let start = 1; start <= MAX_STARTS; start += 1) {
    const port = await freePort()
    const child = spawn(BINARY, ['--host', '127.0.0.1', '--port', `${port}`], { stdio: ['ignore', 'ignore', 'pipe'] })
    if (!(await listens(child))) continue // Somebody else took the port in between.
    const kill = (): boolean => child.kill('SIGKILL')
    process.once('exit', kill)
    const stop = async (): Promise<void> => {
      process.off('exit', kill)
      if (child.exitCode === null && kill()) await once(child, 'exit')
    }
    return { endpoint: `http://127.0.0.1:${port}`, stop }
  }
  throw new Error(`dynoxide did not start in ${MAX_STARTS} attempts`)
}

async function listens(child: ChildProcess): Promise<boolean> {
  for await (const line of createInterface({ input: child.stderr! })) {
    if (line.includes('listening')) {
      child.stderr!.resume()
      return true
    }
  }
  return false
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
