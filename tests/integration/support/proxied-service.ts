import { formatKeyring, generateKeyringEntry } from '../../../adapters/jose/keyring.ts'
import { BackupClient } from '../../support/http-backup-client.ts'
import { startTestService, type RunningService } from '../../support/http-service.ts'
import type { AwsServers } from './aws-servers.ts'
import { provisionStorage, sdkVariables, storageVariables, type AwsStorage } from './aws-storage.ts'
import type { BackendOperation, PreparedRequest } from './backend-operations.ts'
import { BackendProxy } from './backend-proxy.ts'

/** A service in this process, and what stands between it and its servers. */
export interface ProxiedService {
  readonly service: RunningService
  readonly dynamoDb: BackendProxy
  readonly s3: BackendProxy
  /** By this service, or by another one on the same storage that keeps what it deletes for an hour. */
  prepare(operation: BackendOperation): Promise<PreparedRequest>
  /** Both are there again, and answer whatever comes. */
  revive(): Promise<void>
  stop(): Promise<void>
}

/** @param storage a new one where absent */
export async function startProxiedService(servers: AwsServers, storage?: AwsStorage): Promise<ProxiedService> {
  const variables = {
    ...storageVariables(storage ?? (await provisionStorage(servers))),
    CHALLENGE_KEYS: formatKeyring([generateKeyringEntry(new Date())]),
  }
  const dynamoDb = await BackendProxy.start(servers.dynamoDbEndpoint)
  const s3 = await BackendProxy.start(servers.s3Endpoint)
  // Until the stop: each client of the SDK reads it with its first request.
  const restore = setEnvironment(sdkVariables({ dynamoDbEndpoint: dynamoDb.endpoint, s3Endpoint: s3.endpoint }))
  try {
    const service = await startTestService({ variables })
    const keeping = await startTestService({ variables: { ...variables, DELETION_GRACE_HOURS: '1' } })
    // Where another one has another environment, too: so all of them, if they can.
    for (const { http } of [service, keeping]) {
      if ((await http.send({ method: 'GET', path: '/ready' })).outcome !== '200') continue
      const owner = new BackupClient(http)
      await owner.create()
      await owner.retrieve()
    }
    return {
      service,
      dynamoDb,
      s3,
      prepare: (operation) => operation.prepare((operation.ofWhatIsKept === true ? keeping : service).http),
      revive: async () => {
        await Promise.all([dynamoDb.revive(), s3.revive()])
      },
      stop: async () => {
        await Promise.all([service.stop(), keeping.stop()])
        await Promise.all([dynamoDb.stop(), s3.stop()])
        restore()
      },
    }
  } catch (error) {
    restore()
    throw error
  }
}

/** One for the tests of the surrounding `describe`. */
export function useProxiedService(servers: () => AwsServers): () => ProxiedService {
  let proxied: ProxiedService | undefined
  before(async () => {
    proxied = await startProxiedService(servers())
  })
  after(() => proxied?.stop())
  return () => {
    if (proxied === undefined) throw new Error('the service is there once the tests run')
    return proxied
  }
}

/** For the SDK, which reads it at its first request. @returns puts back what was there */
function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const earlier = Object.keys(variables).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, variables)
  return () => {
    for (const [name, value] of earlier) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
  }
}
