import { expect } from 'chai'
import { formatKeyring, generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { ConfigurationError, readConfiguration, type Configuration } from '../../bootstrap/configuration.ts'

const KEY = formatKeyring([generateKeyringEntry(new Date())])

/** The least that production wants. */
const PRODUCTION = {
  APP_ENV: 'production',
  CHALLENGE_KEYS: KEY,
  WEBAUTHN_RP_ID: 'example.org',
  WEBAUTHN_ORIGINS: 'https://example.org',
  OIDC_GOOGLE_CLIENT_IDS: 'google-client',
  OIDC_APPLE_CLIENT_IDS: 'apple-client',
}

const ATTESTED = {
  ATTESTATION_MODE: 'enforce',
  ATTESTATION_JWKS_URL: 'https://gateway.example.org/jwks',
  ATTESTATION_ISSUER: 'gateway',
  ATTESTATION_AUDIENCE: 'backup-service',
}

function faultsOf(variables: Record<string, string>): readonly string[] {
  try {
    readConfiguration(variables)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults
    throw error
  }
  return []
}

describe('readConfiguration', () => {
  it('needs nothing in development', () => {
    expect(readConfiguration({})).to.deep.equal({
      appEnvironment: 'development',
      host: '127.0.0.1',
      port: 8000,
      metricsPort: 9090,
      metricsPortNamed: false,
      storage: { kind: 'embedded', folder: './data' },
      dataFolder: './data',
      challengeKeys: undefined,
      relyingParty: {
        relyingPartyId: 'localhost',
        relyingPartyName: 'Backup Service',
        origins: ['http://localhost:8000'],
      },
      oidcProviders: [],
      attestation: { mode: 'off' },
      maxBackupBytes: 15_728_640,
      limits: {
        maxUploadBytesInFlight: 268_435_456,
        rateLimitPerMinute: undefined,
        rateLimitPerBackupPerMinute: undefined,
        maxEventLoopLag: undefined,
      },
      historyVersions: 1,
      deletionGrace: 0,
      sweepGrace: 86_400,
      requestTimeout: 30_000,
      shutdownGrace: 25_000,
      trustProxy: false,
      logLevel: 'info',
      logFormat: 'pretty',
      revision: 'unknown',
    } satisfies Configuration)
  })

  it('takes a grace of deletions in hours', () => {
    expect(readConfiguration({ DELETION_GRACE_HOURS: '48' }).deletionGrace).to.equal(48 * 3600)
  })

  it('takes what production wants, and listens everywhere and logs JSON there', () => {
    const { host, logFormat, challengeKeys, oidcProviders } = readConfiguration(PRODUCTION)
    expect({ host, logFormat }).to.deep.equal({ host: '0.0.0.0', logFormat: 'json' })
    expect(challengeKeys).to.have.length(1)
    expect(oidcProviders.map(({ kind }) => kind)).to.deep.equal(['GOOGLE', 'APPLE'])
  })

  it('limits addresses and backups and sheds load wherever it is not development', () => {
    expect(readConfiguration(PRODUCTION).limits).to.deep.equal({
      maxUploadBytesInFlight: 268_435_456,
      rateLimitPerMinute: 600,
      rateLimitPerBackupPerMinute: 300,
      maxEventLoopLag: 100,
    })
  })

  it('switches off what may be off', () => {
    const off = { RATE_LIMIT_PER_MINUTE: 'off', RATE_LIMIT_PER_BACKUP_PER_MINUTE: 'off', MAX_EVENT_LOOP_LAG_MS: 'off' }
    const { limits, metricsPort } = readConfiguration({ ...PRODUCTION, ...off, METRICS_PORT: 'off' })
    expect(limits).to.deep.equal(readConfiguration({}).limits)
    expect(metricsPort).to.equal(undefined)
  })

  it('takes other limits', () => {
    const { limits, metricsPort } = readConfiguration({
      MAX_UPLOAD_BYTES_IN_FLIGHT: '16842752', // 15 MiB, 1 MiB and 64 KiB
      RATE_LIMIT_PER_MINUTE: '2',
      RATE_LIMIT_PER_BACKUP_PER_MINUTE: '3',
      MAX_EVENT_LOOP_LAG_MS: '40',
      METRICS_PORT: '0',
    })
    expect(limits).to.deep.equal({
      maxUploadBytesInFlight: 16_842_752,
      rateLimitPerMinute: 2,
      rateLimitPerBackupPerMinute: 3,
      maxEventLoopLag: 40,
    })
    expect(metricsPort).to.equal(0)
  })

  it('has room for the largest upload where nobody says how much, and for many of the usual size', () => {
    const { limits } = readConfiguration({ MAX_BACKUP_BYTES: '536870912' })
    expect(limits.maxUploadBytesInFlight).to.equal(536_870_912 + 1024 ** 2 + 64 * 1024)
    expect(readConfiguration({ MAX_BACKUP_BYTES: '1000' }).limits.maxUploadBytesInFlight).to.equal(256 * 1024 ** 2)
  })

  for (const [value, named] of [
    ['9090', true],
    ['0', true],
    ['', false],
  ] as const) {
    it(`knows that METRICS_PORT=${value} ${named ? 'names' : 'does not name'} a port`, () => {
      expect(readConfiguration({ METRICS_PORT: value }).metricsPortNamed).to.equal(named)
    })
  }

  it('takes empty for unset', () => {
    expect(readConfiguration({ PORT: '', METRICS_PORT: '', STORAGE: ' ', WEBAUTHN_ORIGINS: ',' })).to.deep.equal(
      readConfiguration({}),
    )
  })

  it('knows the issuer of GOOGLE, and that of another provider from the variables', () => {
    const { oidcProviders } = readConfiguration({
      OIDC_PROVIDERS: 'GOOGLE, ACME',
      OIDC_GOOGLE_CLIENT_IDS: 'one,two',
      OIDC_ACME_CLIENT_IDS: 'three',
      OIDC_ACME_ISSUER: 'https://acme.example',
      OIDC_ACME_JWKS_URL: 'http://127.0.0.1:9999/jwks',
    })
    expect(oidcProviders.map(({ kind, issuers, clientIds }) => ({ kind, issuers, clientIds }))).to.deep.equal([
      { kind: 'GOOGLE', issuers: ['https://accounts.google.com', 'accounts.google.com'], clientIds: ['one', 'two'] },
      { kind: 'ACME', issuers: ['https://acme.example'], clientIds: ['three'] },
    ])
  })

  it('starts production without any provider where they are off', () => {
    const { OIDC_GOOGLE_CLIENT_IDS: _, OIDC_APPLE_CLIENT_IDS: __, ...passkeysOnly } = PRODUCTION
    expect(readConfiguration({ ...passkeysOnly, OIDC_PROVIDERS: 'off' }).oidcProviders).to.deep.equal([])
  })

  it('takes no provider for on whose client ids are left behind', () => {
    expect(readConfiguration({ ...PRODUCTION, OIDC_PROVIDERS: 'off' }).oidcProviders).to.deep.equal([])
  })

  it('reads who attests requests', () => {
    const { attestation } = readConfiguration({ ...ATTESTED, ATTESTATION_BYPASS_TOKEN: 'let-me-in' })
    expect(attestation).to.deep.equal({
      mode: 'enforce',
      jwksUrl: new URL('https://gateway.example.org/jwks'),
      issuer: 'gateway',
      audience: 'backup-service',
      bypassToken: 'let-me-in',
    })
  })

  it('reads where the cloud keeps everything', () => {
    const { storage } = readConfiguration({ STORAGE: 'aws', BACKUP_S3_BUCKET: 'bucket', S3_FORCE_PATH_STYLE: 'true' })
    expect(storage).to.deep.equal({
      kind: 'aws',
      bucket: 'bucket',
      kmsKeyArn: undefined,
      forcePathStyle: true,
      tableName: 'backup-service',
    })
  })

  const proxies = [
    ['off', false],
    ['2', 2],
    ['10.0.0.0/8,::1', ['10.0.0.0/8', '::1']],
    ['loopback', ['loopback']],
  ] as const
  for (const [value, expected] of proxies) {
    it(`reads TRUST_PROXY=${value}`, () => {
      expect(readConfiguration({ TRUST_PROXY: value }).trustProxy).to.deep.equal(expected)
    })
  }

  const refused: readonly (readonly [string, Record<string, string>, string])[] = [
    ['an unknown APP_ENV', { APP_ENV: 'prod' }, 'APP_ENV is one of development, staging, production'],
    ['a PORT that is no number', { PORT: '80a' }, 'PORT is a whole number from 0 to 65535'],
    [
      'a METRICS_PORT that is no number',
      { METRICS_PORT: 'x' },
      'METRICS_PORT is off or a whole number from 0 to 65535',
    ],
    [
      'a limit of nothing',
      { RATE_LIMIT_PER_MINUTE: '0' },
      'RATE_LIMIT_PER_MINUTE is off or a whole number from 1 to 1000000',
    ],
    [
      'room for less than the largest upload',
      { MAX_UPLOAD_BYTES_IN_FLIGHT: '16842751' },
      'MAX_UPLOAD_BYTES_IN_FLIGHT has to be at least the 16842752 bytes that an upload of MAX_BACKUP_BYTES needs',
    ],
    [
      'room for many uploads of the usual size, but none of the largest',
      { MAX_BACKUP_BYTES: '536870912', MAX_UPLOAD_BYTES_IN_FLIGHT: '268435456' },
      'MAX_UPLOAD_BYTES_IN_FLIGHT has to be at least the 537985024 bytes',
    ],
    ['a PORT out of range', { PORT: '65536' }, 'PORT is a whole number from 0 to 65535'],
    ['memory for the backups of production', { ...PRODUCTION, STORAGE: 'memory' }, 'STORAGE must not be memory'],
    ['an unknown STORAGE', { STORAGE: 'floppy' }, 'STORAGE is one of embedded, aws, memory'],
    ['aws without a bucket', { STORAGE: 'aws' }, 'BACKUP_S3_BUCKET has to be set for STORAGE=aws'],
    [
      'a path style that is no flag',
      { STORAGE: 'aws', BACKUP_S3_BUCKET: 'b', S3_FORCE_PATH_STYLE: '1' },
      'S3_FORCE_PATH_STYLE is one of true, false',
    ],
    ['no history at all', { HISTORY_VERSIONS: '0' }, 'HISTORY_VERSIONS is a whole number from 1 to 10'],
    [
      'a grace of deletions of more than a year',
      { DELETION_GRACE_HOURS: '8761' },
      'DELETION_GRACE_HOURS is a whole number from 0 to 8760',
    ],
    ['a negative history', { HISTORY_VERSIONS: '-1' }, 'HISTORY_VERSIONS is a whole number from 1 to 10'],
    ['a provider in lower case', { OIDC_PROVIDERS: 'google' }, 'OIDC_PROVIDERS holds "google"'],
    ['providers that are off beside one', { OIDC_PROVIDERS: 'GOOGLE,off' }, 'OIDC_PROVIDERS holds "off"'],
    [
      'an unknown provider without an issuer',
      { OIDC_PROVIDERS: 'ACME', OIDC_ACME_CLIENT_IDS: 'x', OIDC_ACME_JWKS_URL: 'https://acme.example/jwks' },
      'OIDC_ACME_ISSUER has to be set',
    ],
    [
      'an unknown provider without keys',
      { OIDC_PROVIDERS: 'ACME', OIDC_ACME_CLIENT_IDS: 'x', OIDC_ACME_ISSUER: 'https://acme.example' },
      'OIDC_ACME_JWKS_URL has to be set',
    ],
    ['attestation without a gateway', { ATTESTATION_MODE: 'report' }, 'ATTESTATION_JWKS_URL has to be set'],
    ['a subnet that is none', { TRUST_PROXY: '10.0.0.0/33' }, 'TRUST_PROXY holds "10.0.0.0/33"'],
    ['an unknown LOG_LEVEL', { LOG_LEVEL: 'loud' }, 'LOG_LEVEL is one of'],
    ['a keyring of short keys', { CHALLENGE_KEYS: 'a:b' }, 'CHALLENGE_KEYS key 1: it is not 32 bytes'],
    ['staging without keys', { APP_ENV: 'staging' }, 'CHALLENGE_KEYS has to be set'],
    ['production without keys', { ...PRODUCTION, CHALLENGE_KEYS: '' }, 'CHALLENGE_KEYS has to be set'],
    ['production on localhost', { ...PRODUCTION, WEBAUTHN_RP_ID: '' }, 'WEBAUTHN_RP_ID has to be set'],
    ['production without origins', { ...PRODUCTION, WEBAUTHN_ORIGINS: '' }, 'WEBAUTHN_ORIGINS has to be set'],
    ['production with a provider that is off', { ...PRODUCTION, OIDC_APPLE_CLIENT_IDS: '' }, 'OIDC_APPLE_CLIENT_IDS'],
    [
      'production with an attestation bypass',
      { ...PRODUCTION, ...ATTESTED, ATTESTATION_BYPASS_TOKEN: 'x' },
      'ATTESTATION_BYPASS_TOKEN must not be set in production',
    ],
    [
      'production with a bypass even where nothing is attested',
      { ...PRODUCTION, ATTESTATION_BYPASS_TOKEN: 'x' },
      'ATTESTATION_BYPASS_TOKEN must not be set in production',
    ],
    [
      'production with keys fetched in the clear',
      { ...PRODUCTION, OIDC_GOOGLE_JWKS_URL: 'http://keys.example/jwks' },
      'OIDC_GOOGLE_JWKS_URL is a URL with https',
    ],
  ]
  for (const [label, variables, fault] of refused) {
    it(`refuses ${label}`, () => {
      expect(faultsOf(variables).join('\n')).to.contain(fault)
    })
  }

  it('tells every fault at once', () => {
    const faults = faultsOf({ PORT: 'x', STORAGE: 'y', LOG_LEVEL: 'z' })
    expect(faults.map((fault) => fault.split(' ')[0])).to.have.members(['PORT', 'STORAGE', 'LOG_LEVEL'])
  })

  it('quotes no secret', () => {
    const secret = Buffer.alloc(31, 7).toString('base64url')
    const told = faultsOf({ CHALLENGE_KEYS: `${secret}:${secret}`, ATTESTATION_MODE: secret }).join()
    expect(told).not.to.contain(secret)
  })
})
