// npm run bench:timing: whether the time that a refusal takes tells whether a factor is unknown, was removed, or is one and
// only the signature is wrong. Embedded storage, one connection on loopback, one request at a time, the cases in random order:
// the best that an attacker could wish for. Prints what it measured and judges nothing. `-- --samples N` of each case.
import { parseArgs } from 'node:util'
import { NodeRandom } from '../../adapters/crypto/node-random.ts'
import { JweTokenSealer } from '../../adapters/jose/jwe-token-sealer.ts'
import { formatKeyring, generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { SystemClock } from '../../adapters/system/system-clock.ts'
import { Challenges } from '../../application/challenges.ts'
import { P256Keypair } from '../support/keypair.ts'
import { LoadConnection } from '../support/load-connection.ts'
import { LocalIssuer } from '../support/local-issuer.ts'
import { MatrixBackups } from '../support/matrix-backups.ts'
import { MatrixClient } from '../support/matrix-client.ts'
import {
  AccountHolder,
  KeypairHolder,
  PasskeyHolder,
  RELYING_PARTY,
  type FactorKind,
  type Holder,
} from '../support/matrix-holders.ts'
import { rawPost } from '../support/prepared-proofs.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { distributionOf, welchT } from '../support/timing-statistics.ts'

const KINDS: readonly FactorKind[] = ['PASSKEY', 'OIDC_ACCOUNT', 'EC_KEYPAIR']
const OPERATIONS = { 'verify-factor': '/v1/verify-factor', retrieve: '/v1/retrieve/from-challenge' } as const
const GRACES = ['0', '24']
/** Different ones in each case, so that what is special about one does not count. */
const HOLDERS = 10
const AUDIENCE = 'client'

/** `unknown again` is the same as `unknown`: how much of a difference there is where there is none. */
const STANDINGS = ['known', 'removed', 'unknown', 'unknown again'] as const
type Standing = (typeof STANDINGS)[number]
type Signature = 'right' | 'wrong'
const COMPARISONS: readonly (readonly [Signature, Standing, Standing])[] = [
  ['right', 'unknown again', 'unknown'],
  ['right', 'removed', 'unknown'],
  ['wrong', 'unknown again', 'unknown'],
  ['wrong', 'removed', 'unknown'],
  ['wrong', 'known', 'unknown'],
]

const { samples } = parseArgs({ options: { samples: { type: 'string', default: '1500' } } }).values
const issuer = await LocalIssuer.start()
try {
  for (const grace of GRACES) await measure(grace)
} finally {
  await issuer.stop()
}

async function measure(grace: string): Promise<void> {
  const keyring = [generateKeyringEntry(new Date())]
  const challenges = new Challenges(new JweTokenSealer(keyring), new SystemClock(), new NodeRandom())
  const folder = await makeTemporaryFolder()
  const service = await ServiceProcess.start({
    DATA_DIR: folder.path,
    CHALLENGE_KEYS: formatKeyring(keyring),
    DELETION_GRACE_HOURS: grace,
    WEBAUTHN_RP_ID: RELYING_PARTY.rpId,
    WEBAUTHN_ORIGINS: RELYING_PARTY.origin,
    OIDC_PROVIDERS: 'GOOGLE',
    OIDC_GOOGLE_CLIENT_IDS: AUDIENCE,
    OIDC_GOOGLE_ISSUER: issuer.name,
    OIDC_GOOGLE_JWKS_URL: issuer.jwksUrl.href,
  })
  const client = new MatrixClient(service.url)
  const connection = new LoadConnection(new URL(service.url))
  try {
    for (const kind of KINDS) {
      const holders = await enrol(new MatrixBackups(client), kind)
      for (const operation of ['verify-factor', 'retrieve'] as const) {
        const cases = new Map<string, Case>()
        for (const standing of STANDINGS) {
          for (const signature of ['right', 'wrong'] as const) {
            // Else it would succeed.
            if (standing === 'known' && signature === 'right') continue
            const requests = await Promise.all(
              holders[standing].map((holder) => prepared(challenges, operation, holder, signature)),
            )
            cases.set(`${standing}, ${signature}`, { requests, milliseconds: [] })
          }
        }
        await sendAll(connection, [...cases.values()])
        report(`grace ${grace} h, ${operation}, ${kind}`, cases)
      }
    }
  } finally {
    connection.close()
    client.close()
    await service.terminate()
    await folder.remove()
  }
}

/** What is refused uses nothing up: the same requests are sent again and again. */
interface Case {
  readonly requests: readonly Uint8Array[]
  readonly milliseconds: number[]
}

async function enrol(backups: MatrixBackups, kind: FactorKind): Promise<Record<Standing, Holder[]>> {
  const newHolders = (): Holder[] => Array.from({ length: HOLDERS }, () => newHolder(kind))
  const [known, removed] = [newHolders(), newHolders()]
  for (const owner of known) await backups.create({ owner })
  for (const holder of removed) {
    const backup = await backups.create()
    await backups.deleteFactor(backup, await backups.addFactor(backup.owner, holder))
  }
  return { known, removed, unknown: newHolders(), 'unknown again': newHolders() }
}

function newHolder(kind: FactorKind): Holder {
  switch (kind) {
    case 'PASSKEY':
      return new PasskeyHolder()
    case 'EC_KEYPAIR':
      return new KeypairHolder()
    case 'OIDC_ACCOUNT': {
      const provider = (sessionKey: string, sub: string) =>
        issuer.idToken({ sessionKey, audience: AUDIENCE, claims: { sub } })
      return new AccountHolder({ provider, usedSession: new P256Keypair() })
    }
  }
}

async function prepared(
  challenges: Challenges,
  operation: keyof typeof OPERATIONS,
  holder: Holder,
  signature: Signature,
): Promise<Uint8Array> {
  const { challenge, token } = await challenges.issue(holder.answers, { operation })
  const authorization = holder.prove(challenge, signature === 'wrong' ? 'broken' : undefined)
  return rawPost(OPERATIONS[operation], { authorization, challengeToken: token })
}

/** In rounds, each with every case once, in another order. */
async function sendAll(connection: LoadConnection, cases: readonly Case[]): Promise<void> {
  const rounds = Number(samples)
  const warmUp = Math.ceil(rounds / 10)
  for (let round = 0; round < warmUp + rounds; round += 1) {
    const order = cases.map((one) => ({ one, key: Math.random() })).sort((left, right) => left.key - right.key)
    for (const { one } of order) {
      const startedAt = performance.now()
      const status = await connection.send(one.requests[round % one.requests.length]!)
      if (status !== 400) throw new Error(`answered ${status}, where a refusal was to be measured`)
      if (round >= warmUp) one.milliseconds.push(performance.now() - startedAt)
    }
  }
}

function report(title: string, cases: ReadonlyMap<string, Case>): void {
  console.log(`\n${title}: ${samples} of each, milliseconds`)
  for (const [name, { milliseconds }] of cases) {
    const { median, quartiles } = distributionOf(milliseconds)
    console.log(`  ${name}: median ${text(median)}, quartiles ${quartiles.map(text).join(' to ')}`)
  }
  for (const [signature, left, right] of COMPARISONS) {
    const [one, other] = [left, right].map((standing) => cases.get(`${standing}, ${signature}`)!.milliseconds)
    const difference = distributionOf(one!).median - distributionOf(other!).median
    console.log(
      `  ${signature} signature, ${left} against ${right}: ` +
        `median ${difference < 0 ? '' : '+'}${text(difference)}, t ${welchT(one!, other!).toFixed(1)}`,
    )
  }
}

function text(milliseconds: number): string {
  return milliseconds.toFixed(3)
}
