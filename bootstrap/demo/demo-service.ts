import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PinoEventLog } from '../../adapters/logging/pino-event-log.ts'
import { readConfiguration } from '../configuration.ts'
import { startService } from '../service.ts'
import { LocalIssuer } from './client/local-issuer.ts'

/** What the service under the demo calls the local issuer, and what the app is called there. */
export const PROVIDER = 'EXAMPLE'
export const CLIENT_ID = 'demo-app'

export interface DemoService {
  readonly url: string
  readonly issuer: LocalIssuer
  /** Leaves nothing behind. */
  stop(): Promise<void>
}

/** The real service, on a free port of loopback and an empty data folder, with an OpenID Provider beside it. */
export async function startDemoService(origin: string): Promise<DemoService> {
  const folder = await mkdtemp(join(tmpdir(), 'backup-service-demo-'))
  const issuer = await LocalIssuer.start()
  const removeTraces = async (): Promise<void> => {
    await issuer.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const configuration = readConfiguration({
      PORT: '0',
      METRICS_PORT: 'off',
      DATA_DIR: folder,
      DELETION_GRACE_HOURS: '24',
      WEBAUTHN_ORIGINS: origin,
      OIDC_PROVIDERS: PROVIDER,
      [`OIDC_${PROVIDER}_CLIENT_IDS`]: CLIENT_ID,
      [`OIDC_${PROVIDER}_ISSUER`]: issuer.url,
      [`OIDC_${PROVIDER}_JWKS_URL`]: issuer.jwksUrl,
    })
    const service = await startService(configuration, new PinoEventLog('silent', 'json'))
    return { url: service.url, issuer, stop: () => service.stop().finally(removeTraces) }
  } catch (error) {
    await removeTraces()
    throw error
  }
}
