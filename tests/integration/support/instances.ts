import { formatKeyring, generateKeyringEntry } from '../../../adapters/jose/keyring.ts'
import { HttpClient } from '../../support/http-client.ts'
import { ServiceProcess } from '../../support/service-process.ts'
import type { AwsServers } from './aws-servers.ts'
import { sdkVariables, storageVariables, type AwsStorage } from './aws-storage.ts'

interface Instance {
  readonly process: ServiceProcess
  readonly http: HttpClient
}

/** Processes of the service that share a table, a bucket and the keys of challenges, and know nothing of each other. */
export class Instances {
  readonly #variables: Readonly<Record<string, string>>
  readonly #running: Instance[]
  #turn = 0

  private constructor(variables: Readonly<Record<string, string>>, running: Instance[]) {
    this.#variables = variables
    this.#running = running
  }

  static async start(count: number, servers: AwsServers, storage: AwsStorage): Promise<Instances> {
    const variables = {
      ...sdkVariables(servers),
      ...storageVariables(storage),
      CHALLENGE_KEYS: formatKeyring([generateKeyringEntry(new Date())]),
      METRICS_PORT: 'off',
    }
    const running = await Promise.all(Array.from({ length: count }, () => startInstance(variables)))
    return new Instances(variables, running)
  }

  /** Every one that runs, another one first each time. */
  get clients(): readonly HttpClient[] {
    this.#turn += 1
    const clients = this.#running.map(({ http }) => http)
    const first = this.#turn % clients.length
    return [...clients.slice(first), ...clients.slice(0, first)]
  }

  /** Kills the one that was started first, in the middle of whatever it does, and starts another. */
  async replaceOldest(): Promise<void> {
    const oldest = this.#running.shift()
    await oldest?.process.kill()
    this.#running.push(await startInstance(this.#variables))
  }

  /** As an orchestrator does it. @returns their exit codes */
  async terminate(): Promise<(number | null)[]> {
    return Promise.all(this.#running.map(({ process }) => process.terminate()))
  }

  async kill(): Promise<void> {
    await Promise.all(this.#running.map(({ process }) => process.kill()))
  }
}

async function startInstance(variables: Readonly<Record<string, string>>): Promise<Instance> {
  const process = await ServiceProcess.start(variables)
  return { process, http: new HttpClient(process.url) }
}
