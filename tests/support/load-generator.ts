import { setTimeout as delay } from 'node:timers/promises'
import { LoadConnection, type LoadOutcome } from './load-connection.ts'

export interface LoadRequest {
  readonly bytes: Uint8Array
  /** Told what came of it. */
  readonly done?: (outcome: LoadOutcome) => void
}

/** One request: when it was due, and how it ended. */
export interface LoadSample {
  readonly outcome: LoadOutcome | 'not sent'
  /** From the moment it was due, not from when it could be sent. */
  readonly milliseconds: number
}

const CONNECTIONS = 4000
/** Opened at once, so that no queue of a kernel overflows. */
const BATCH = 50
const PACE = 10 // milliseconds
const TICK = 2 // milliseconds
/** For what is under way when the time is over. */
const PATIENCE = 5000

/** Sends to one service over connections that it keeps. */
export class LoadGenerator {
  readonly #url: URL
  readonly #next: () => LoadRequest
  readonly #idle: LoadConnection[] = []
  #connections = 0

  constructor(url: string, next: () => LoadRequest) {
    this.#url = new URL(url)
    this.#next = next
  }

  /** So many clients, each of whom sends the next request once the one before is answered. */
  async closedLoop(clients: number, milliseconds: number): Promise<LoadSample[]> {
    const samples: LoadSample[] = []
    const end = performance.now() + milliseconds
    const client = async (): Promise<void> => {
      while (performance.now() < end) samples.push(await this.#send(performance.now()))
    }
    await Promise.all(Array.from({ length: clients }, client))
    return samples
  }

  /** So many requests a second, whatever becomes of them, as from a crowd that does not know of each other. */
  async openLoop(perSecond: number, milliseconds: number): Promise<LoadSample[]> {
    const samples: LoadSample[] = []
    const running = new Set<Promise<void>>()
    const startedAt = performance.now()
    let launched = 0
    while (performance.now() - startedAt < milliseconds) {
      const due = ((performance.now() - startedAt) / 1000) * perSecond
      for (; launched < due; launched += 1) {
        const request = this.#send(startedAt + (launched / perSecond) * 1000).then((sample) => {
          samples.push(sample)
          running.delete(request)
        })
        running.add(request)
      }
      await delay(TICK)
    }
    await Promise.race([Promise.all(running), delay(PATIENCE)])
    const missing: LoadSample[] = Array.from(running, () => ({ outcome: 'broken', milliseconds: Infinity }))
    return [...samples, ...missing]
  }

  /** Opens the connections ahead: what it costs to open so many is not what is measured. */
  async connect(): Promise<void> {
    while (this.#connections < CONNECTIONS) {
      this.#idle.push(...Array.from({ length: BATCH }, () => this.#open()))
      await delay(PACE)
    }
  }

  close(): void {
    for (const connection of this.#idle.splice(0)) connection.close()
  }

  async #send(dueAt: number): Promise<LoadSample> {
    const connection = this.#connection()
    if (connection === undefined) return { outcome: 'not sent', milliseconds: Infinity }
    const request = this.#next()
    const outcome = await connection.send(request.bytes)
    if (connection.open) this.#idle.push(connection)
    else this.#connections -= 1
    request.done?.(outcome)
    return { outcome, milliseconds: performance.now() - dueAt }
  }

  #connection(): LoadConnection | undefined {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
      if (idle.open) return idle
      this.#connections -= 1
    }
    return this.#connections < CONNECTIONS ? this.#open() : undefined
  }

  #open(): LoadConnection {
    this.#connections += 1
    return new LoadConnection(this.#url)
  }
}
