import { formatKeyring, generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { TokenSealer } from '../../application/ports/token-sealer.ts'
import { readConfiguration } from '../../bootstrap/configuration.ts'
import { startService, type Service } from '../../bootstrap/service.ts'
import { provideStorage } from './chosen-storage.ts'
import { P256Keypair } from './keypair.ts'
import { LocalIssuer } from './local-issuer.ts'
import { MatrixClient } from './matrix-client.ts'
import {
  AccountHolder,
  KeypairHolder,
  PasskeyHolder,
  RELYING_PARTY,
  type FactorKind,
  type Holder,
} from './matrix-holders.ts'
import { RecordingEventLog } from './recording-event-log.ts'

const OIDC_AUDIENCE = 'client.example'

export interface MatrixServiceOptions {
  /** Beside, or instead of, what every such service has. */
  readonly environment?: Readonly<Record<string, string>>
  readonly clock?: Clock
}

export interface AccountHolderEdits {
  /** What the headers of its ID tokens say instead. */
  readonly header?: Readonly<Record<string, unknown>>
  /** Of its first login. */
  readonly session?: P256Keypair
}

/** The whole service on a port of loopback, with its stores in memory, and an OpenID Provider that it trusts. */
export class MatrixService {
  readonly client: MatrixClient
  readonly issuer: LocalIssuer
  readonly clock: Clock
  readonly events: RecordingEventLog
  /** Seals as the service does: for tokens that no operation hands out. */
  readonly sealer: TokenSealer
  /** The session key of a login that is used up, once somebody used it. */
  readonly usedSession = new P256Keypair()
  readonly #service: Service

  private constructor(service: Service, parts: Pick<MatrixService, 'issuer' | 'clock' | 'events' | 'sealer'>) {
    this.client = new MatrixClient(service.url)
    this.issuer = parts.issuer
    this.clock = parts.clock
    this.events = parts.events
    this.sealer = parts.sealer
    this.#service = service
  }

  static async start({ environment = {}, clock = new SystemClock() }: MatrixServiceOptions = {}) {
    const provided = await provideStorage(environment)
    const keyring = [generateKeyringEntry(new Date(clock.now()))]
    const issuer = await LocalIssuer.start()
    const events = new RecordingEventLog()
    const configuration = readConfiguration({
      PORT: '0',
      METRICS_PORT: 'off',
      STORAGE: 'memory',
      CHALLENGE_KEYS: formatKeyring(keyring),
      WEBAUTHN_RP_ID: RELYING_PARTY.rpId,
      WEBAUTHN_ORIGINS: RELYING_PARTY.origin,
      OIDC_PROVIDERS: 'GOOGLE',
      OIDC_GOOGLE_CLIENT_IDS: OIDC_AUDIENCE,
      OIDC_GOOGLE_ISSUER: issuer.name,
      OIDC_GOOGLE_JWKS_URL: issuer.jwksUrl.href,
      ...environment,
      ...provided?.variables,
    })
    const service = await startService(configuration, events, clock)
    return new MatrixService(service, { issuer, clock, events, sealer: new JweTokenSealer(keyring) })
  }

  async stop(): Promise<void> {
    this.client.close()
    await this.#service.stop()
    await this.issuer.stop()
  }

  newHolder(kind: FactorKind): Holder {
    switch (kind) {
      case 'PASSKEY':
        return new PasskeyHolder()
      case 'EC_KEYPAIR':
        return new KeypairHolder()
      case 'OIDC_ACCOUNT':
        return this.newAccountHolder()
    }
  }

  /** Somebody with an account at the OpenID Provider. */
  newAccountHolder({ header = {}, ...session }: AccountHolderEdits = {}): AccountHolder {
    const provider = (sessionKey: string, subject: string) =>
      this.issuer.idToken({
        sessionKey,
        audience: OIDC_AUDIENCE,
        now: Math.floor(this.clock.now() / 1000),
        claims: { sub: subject },
        header,
      })
    return new AccountHolder({ provider, usedSession: this.usedSession, ...session })
  }
}
