import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { runScript, type ScriptResult } from './script-process.ts'
import { spawnScript } from './spawn-script.ts'

/** No metrics, unless a test asks for them: their usual port may be in use on this machine. */
const DEFAULTS = { METRICS_PORT: 'off' }

/** The service in a process of its own, as `npm start` runs it, so that it can be stopped or killed. */
export class ServiceProcess {
  readonly url: string
  readonly #process: ChildProcess

  private constructor(url: string, process: ChildProcess) {
    this.url = url
    this.#process = process
  }

  /** Starts it on a free port and waits until it listens. */
  static async start(variables: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const child = spawnScript('start', [], { ...DEFAULTS, PORT: '0', LOG_FORMAT: 'json', ...variables })
    for await (const line of createInterface({ input: child.stdout })) {
      const { event, url } = JSON.parse(line) as { event: string; url?: string }
      if (event === 'listening' && url !== undefined) {
        child.stdout.resume()
        return new ServiceProcess(url, child)
      }
    }
    throw new Error('the service ended before it listened')
  }

  get pid(): number {
    return this.#process.pid!
  }

  /** As an orchestrator does it. @returns the exit code */
  async terminate(): Promise<number | null> {
    return this.#end('SIGTERM')
  }

  /** As a power failure does it, as far as a process can tell. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return this.#process.exitCode
    const exited = once(this.#process, 'exit')
    this.#process.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }
}

/** Runs it to its end, for starts that must fail. */
export function runService(variables: Readonly<Record<string, string>>): Promise<ScriptResult> {
  return runScript('start', [], { ...DEFAULTS, ...variables })
}
