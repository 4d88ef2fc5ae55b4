import { isIP } from 'node:net'
import { parseKeyring, type Keyring } from '../adapters/jose/keyring.ts'
import type { LogFormat, LogLevel } from '../adapters/logging/pino-event-log.ts'
import type { OidcProvider } from '../adapters/oidc/oidc-provider.ts'
import type { RelyingParty } from '../adapters/webauthn/relying-party.ts'
import { awsStorage, type AwsStorageConfiguration } from './aws-configuration.ts'
import { Environment } from './environment.ts'
import { limits, type LimitsConfiguration } from './limits-configuration.ts'
import { oidcProviders } from './oidc-configuration.ts'
import { relyingParty } from './relying-party-configuration.ts'

const DEFAULT_METRICS_PORT = 9090

export type AppEnvironment = 'development' | 'staging' | 'production'

/** All that an operator decides, checked. Made once, at start. */
export interface Configuration {
  readonly appEnvironment: AppEnvironment
  readonly host: string
  readonly port: number
  /** `undefined` for no metrics. */
  readonly metricsPort: number | undefined
  /** Whether the operator named that port, so that no other will do, and none neither. */
  readonly metricsPortNamed: boolean
  readonly storage: StorageConfiguration
  /** Where this machine keeps what it keeps. */
  readonly dataFolder: string
  /** `undefined` where the keyring is to be made, in development: in the data folder. */
  readonly challengeKeys: Keyring | undefined
  readonly relyingParty: RelyingParty
  readonly oidcProviders: readonly OidcProvider[]
  readonly attestation: AttestationConfiguration
  readonly maxBackupBytes: number
  readonly limits: LimitsConfiguration
  readonly historyVersions: number
  /** Seconds for which a deletion by a sync factor can be undone; 0 for not at all. */
  readonly deletionGrace: number
  /** Seconds that sealed bytes are left alone before a sweep may remove them. */
  readonly sweepGrace: number
  /** Milliseconds. */
  readonly requestTimeout: number
  /** Milliseconds. */
  readonly shutdownGrace: number
  readonly trustProxy: number | readonly string[] | false
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
  readonly revision: string
}

export type StorageConfiguration =
  { readonly kind: 'embedded'; readonly folder: string } | AwsStorageConfiguration | { readonly kind: 'memory' }

export type AttestationConfiguration =
  | { readonly mode: 'off' }
  | {
      readonly mode: 'report' | 'enforce'
      readonly jwksUrl: URL
      readonly issuer: string
      readonly audience: string
      readonly bypassToken: string | undefined
    }

/** Everything that is wrong with the environment, for its operator to read. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(['The configuration has faults:', ...faults.map((fault) => `  - ${fault}`)].join('\n'))
    this.name = 'ConfigurationError'
    this.faults = faults
  }
}

/** @throws {ConfigurationError} with every fault there is */
export function readConfiguration(variables: Readonly<Record<string, string | undefined>>): Configuration {
  const environment = new Environment(variables)
  const appEnvironment = environment.oneOf('APP_ENV', ['development', 'staging', 'production'], 'development')
  const development = appEnvironment === 'development'
  const dataFolder = environment.text('DATA_DIR') ?? './data'
  const maxBackupBytes = environment.integer('MAX_BACKUP_BYTES', [1, 1024 ** 3], 15 * 1024 ** 2)
  const configuration: Configuration = {
    appEnvironment,
    host: environment.text('HOST') ?? (development ? '127.0.0.1' : '0.0.0.0'),
    port: environment.integer('PORT', [0, 65_535], 8000),
    metricsPort: environment.integerOrOff('METRICS_PORT', [0, 65_535], DEFAULT_METRICS_PORT),
    metricsPortNamed: environment.text('METRICS_PORT') !== undefined,
    storage: storage(environment, dataFolder, appEnvironment),
    dataFolder,
    challengeKeys: challengeKeys(environment, appEnvironment),
    relyingParty: relyingParty(environment, appEnvironment === 'production'),
    oidcProviders: oidcProviders(environment, appEnvironment === 'production'),
    attestation: attestation(environment, appEnvironment),
    maxBackupBytes,
    limits: limits(environment, development, maxBackupBytes),
    historyVersions: environment.integer('HISTORY_VERSIONS', [1, 10], 1),
    deletionGrace: environment.integer('DELETION_GRACE_HOURS', [0, 8760], 0) * 3600,
    sweepGrace: environment.integer('SWEEP_GRACE_HOURS', [1, 8760], 24) * 3600,
    requestTimeout: environment.integer('REQUEST_TIMEOUT_MS', [100, 600_000], 30_000),
    shutdownGrace: environment.integer('SHUTDOWN_GRACE_MS', [0, 600_000], 25_000),
    trustProxy: trustProxy(environment),
    logLevel: environment.oneOf('LOG_LEVEL', ['debug', 'info', 'warn', 'error', 'silent'], 'info'),
    logFormat: environment.oneOf('LOG_FORMAT', ['pretty', 'json'], development ? 'pretty' : 'json'),
    revision: environment.text('REVISION') ?? 'unknown',
  }
  if (environment.faults.length > 0) throw new ConfigurationError(environment.faults)
  return configuration
}

function storage(environment: Environment, folder: string, appEnvironment: AppEnvironment): StorageConfiguration {
  const kind = environment.oneOf('STORAGE', ['embedded', 'aws', 'memory'], 'embedded')
  switch (kind) {
    case 'memory':
      if (appEnvironment === 'production') {
        environment.fault('STORAGE', 'must not be memory in production: every backup would be gone at the next start')
      }
      return { kind }
    case 'embedded':
      return { kind, folder }
    case 'aws':
      return awsStorage(environment)
  }
}

function challengeKeys(environment: Environment, appEnvironment: AppEnvironment): Keyring | undefined {
  const text = environment.text('CHALLENGE_KEYS')
  if (text === undefined) {
    if (appEnvironment !== 'development') {
      environment.fault('CHALLENGE_KEYS', 'has to be set: only in development a keyring is made')
    }
    return undefined
  }
  const parsed = parseKeyring(text)
  if (parsed.outcome === 'valid') return parsed.keyring
  for (const fault of parsed.faults) environment.fault('CHALLENGE_KEYS', fault)
  return undefined
}

function attestation(environment: Environment, appEnvironment: AppEnvironment): AttestationConfiguration {
  const mode = environment.oneOf('ATTESTATION_MODE', ['off', 'report', 'enforce'], 'off')
  const bypassToken = environment.text('ATTESTATION_BYPASS_TOKEN')
  if (appEnvironment === 'production' && bypassToken !== undefined) {
    environment.fault('ATTESTATION_BYPASS_TOKEN', 'must not be set in production')
  }
  if (mode === 'off') return { mode }
  const jwksUrl = environment.url('ATTESTATION_JWKS_URL', appEnvironment === 'production')
  const issuer = environment.text('ATTESTATION_ISSUER')
  const audience = environment.text('ATTESTATION_AUDIENCE')
  if (jwksUrl !== undefined && issuer !== undefined && audience !== undefined) {
    return { mode, jwksUrl, issuer, audience, bypassToken }
  }
  for (const name of ['ATTESTATION_JWKS_URL', 'ATTESTATION_ISSUER', 'ATTESTATION_AUDIENCE']) {
    if (environment.text(name) === undefined) environment.fault(name, `has to be set for ATTESTATION_MODE=${mode}`)
  }
  return { mode: 'off' }
}

/** A number of proxies in front, or the addresses and subnets that they have. */
function trustProxy(environment: Environment): Configuration['trustProxy'] {
  const value = environment.text('TRUST_PROXY')
  if (value === undefined || value === 'off') return false
  if (/^[0-9]{1,2}$/.test(value)) return Number(value)
  const subnets = environment.list('TRUST_PROXY')
  for (const subnet of subnets) {
    if (!isSubnet(subnet)) {
      environment.fault('TRUST_PROXY', `holds "${subnet}"; it is off, a number of hops, or addresses and subnets`)
    }
  }
  return subnets
}

function isSubnet(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true
  const [address = '', prefix = '0', ...rest] = text.split('/')
  const bits = { 4: 32, 6: 128 }[isIP(address)]
  return bits !== undefined && rest.length === 0 && /^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= bits
}
