// npm run bench:overload: what comes through when more is asked than can be done. Finds the capacity of the service with
// clients who wait for their answers, then sends as many requests a second as that, twice and five times as many, whatever
// becomes of them. Exits with 1 if at five times the capacity the goodput is too far below, or what is accepted too much slower.
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { KeypairOwner } from '../support/keypair-owner.ts'
import { LoadGenerator, type LoadRequest, type LoadSample } from '../support/load-generator.ts'
import { PreparedProofs, rawPost } from '../support/prepared-proofs.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'

const OWNERS = 101 // odd, so that each retrieves both
const CLIENTS = 64
const WARM_UP = 3000 // milliseconds, as all of these
const CALIBRATION = 5000
const PHASE = 4000
const PAUSE = 2000
/** Whoever waits longer has given up. */
const IN_TIME = 1000
const LOADS = [1, 2, 5]
/** In turns, and the median counts: what else the machine does comes and goes. */
const ROUNDS = 3
/** Of the goodput at the capacity, at the highest load. Generator and refusals have their part of the same processors. */
const LEAST_SHARE = 0.6
/** How many times the p99 at the capacity that at the highest load may be. */
const MOST_SLOWER = 2
/** Of the requests; the others, each with a proof of its own, retrieve a backup or its metadata. */
const CHALLENGE_SHARE = 0.5

const CHALLENGE: LoadRequest = { bytes: rawPost('/v1/retrieve-metadata/challenge/keypair', {}) }

const folder = await makeTemporaryFolder()
const proofs = new PreparedProofs()
const service = await ServiceProcess.start({
  APP_ENV: 'production',
  HOST: '127.0.0.1',
  DATA_DIR: folder.path,
  CHALLENGE_KEYS: proofs.challengeKeys,
  WEBAUTHN_RP_ID: 'localhost',
  WEBAUTHN_ORIGINS: 'http://localhost:8000',
  OIDC_PROVIDERS: 'GOOGLE',
  OIDC_GOOGLE_CLIENT_IDS: 'client',
  // One address stands for thousands, and a hundred backups for all that there are.
  RATE_LIMIT_PER_MINUTE: 'off',
  RATE_LIMIT_PER_BACKUP_PER_MINUTE: 'off',
  ...(process.env.MAX_EVENT_LOOP_LAG_MS !== undefined && { MAX_EVENT_LOOP_LAG_MS: process.env.MAX_EVENT_LOOP_LAG_MS }),
})
const generator = new LoadGenerator(service.url, () => (Math.random() < CHALLENGE_SHARE ? CHALLENGE : proofs.next()))
try {
  const client = new BackupClient(service.url)
  const owners = Array.from({ length: OWNERS }, () => new KeypairOwner())
  for (const owner of owners) await owner.create(client, randomBytes(1000))

  await proofs.prepare(30_000, owners)
  await generator.closedLoop(CLIENTS, WARM_UP)
  const capacity = perSecond(inTime(await generator.closedLoop(CLIENTS, CALIBRATION)), CALIBRATION)
  console.log(`load of the machine: ${loadavg()[0]!.toFixed(1)}`)
  console.log(`capacity: ${capacity} requests a second, with ${CLIENTS} clients`)

  const phases: Phase[] = []
  for (let round = 1; round <= ROUNDS; round += 1) {
    for (const load of LOADS) {
      await proofs.prepare(Math.ceil(capacity * (PHASE / 1000) * 2), owners)
      await generator.connect()
      await delay(PAUSE)
      const before = await cpuSeconds()
      const samples = await generator.openLoop(capacity * load, PHASE)
      phases.push({ load, samples, cpu: (await cpuSeconds()) - before })
    }
  }
  for (const load of LOADS) report(load, phasesAt(phases, load))
  const share = medianGoodput(phasesAt(phases, LOADS.at(-1)!)) / medianGoodput(phasesAt(phases, LOADS[0]!))
  console.log(`goodput at ${LOADS.at(-1)} times the capacity: ${percent(share)} of that at the capacity`)
  const slower =
    acceptedQuantile(phasesAt(phases, LOADS.at(-1)!), 0.99) / acceptedQuantile(phasesAt(phases, LOADS[0]!), 0.99)
  console.log(`p99 of what was accepted: ${slower.toFixed(1)} times that at the capacity`)
  if (share < LEAST_SHARE || slower > MOST_SLOWER) process.exitCode = 1
} finally {
  generator.close()
  await service.terminate()
  await folder.remove()
}

interface Phase {
  readonly load: number
  readonly samples: readonly LoadSample[]
  /** Seconds that the service had meanwhile. Where others want the processors too, less of it explains less goodput. */
  readonly cpu: number
}

function phasesAt(phases: readonly Phase[], load: number): readonly Phase[] {
  return phases.filter((phase) => phase.load === load)
}

function report(load: number, phases: readonly Phase[]): void {
  const samples = phases.flatMap((phase) => phase.samples)
  const outcomes = Map.groupBy(samples, (sample) =>
    isAccepted(sample) && sample.milliseconds > IN_TIME ? 'late' : String(sample.outcome),
  )
  const others = [...outcomes].map(([outcome, { length }]) => `${outcome}: ${length}`).join(', ')
  console.log(
    `${load}x: offered ${perSecond(samples, PHASE * ROUNDS)}/s, goodput ${medianGoodput(phases)}/s ` +
      `(${phases.map((phase) => goodput(phase)).join(', ')}), p50 ${acceptedQuantile(phases, 0.5)} ms, ` +
      `p99 ${acceptedQuantile(phases, 0.99)} ms; service ${phases.map(({ cpu }) => cpu.toFixed(1)).join(', ')} s of CPU; ${others}`,
  )
}

function goodput({ samples }: Phase): number {
  return perSecond(inTime(samples), PHASE)
}

function medianGoodput(phases: readonly Phase[]): number {
  return quantile(phases.map(goodput), 0.5)
}

function quantile(values: readonly number[], share: number): number {
  return Math.round(values.toSorted((left, right) => left - right)[Math.floor(values.length * share)] ?? NaN)
}

/** Of all that were accepted, the late ones too. Milliseconds. */
function acceptedQuantile(phases: readonly Phase[], share: number): number {
  const accepted = phases.flatMap(({ samples }) => samples.filter(isAccepted))
  return quantile(
    accepted.map(({ milliseconds }) => milliseconds),
    share,
  )
}

function isAccepted({ outcome }: LoadSample): boolean {
  return typeof outcome === 'number' && outcome < 300
}

function inTime(samples: readonly LoadSample[]): readonly LoadSample[] {
  return samples.filter((sample) => isAccepted(sample) && sample.milliseconds <= IN_TIME)
}

function perSecond({ length }: readonly LoadSample[], milliseconds: number): number {
  return Math.round(length / (milliseconds / 1000))
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

/** That the service has had so far. */
async function cpuSeconds(): Promise<number> {
  const fields = (await readFile(`/proc/${service.pid}/stat`, 'utf8')).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / 100
}
