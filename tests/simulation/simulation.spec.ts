import { expect } from 'chai'
import type { Attempt } from './support/engine/attempt.ts'
import { FAULTS } from './support/engine/faults.ts'
import { failureReport } from './support/failure-report.ts'
import { shrink } from './support/shrink.ts'
import { simulate, type SimulationResult } from './support/simulation.ts'

const SEEDS = 140
const SEEDS_OF_A_TEST = 20
const OPERATIONS = 50

const KINDS = [
  'create',
  'sync',
  'retrieve',
  'verify-factor',
  'retrieve-metadata',
  'add-factor',
  'add-sync-factor',
  'delete-factor',
  'delete-backup',
  'undelete',
  'reset',
  'status',
] as const

const REFUSALS = [
  'already_used',
  'backup_account_id_already_exists',
  'backup_missing',
  'backup_untraceable',
  'factor_already_exists',
  'factor_not_found',
  'jwt_error',
  'manifest_hash_mismatch',
  'nothing_to_undelete',
  'token_expired',
  'unauthorized_factor',
  'webauthn_error',
] as const

const results = new Map<number, Promise<SimulationResult>>()

function resultOf(seed: number): Promise<SimulationResult> {
  const result = results.get(seed) ?? simulate({ seed, operations: OPERATIONS })
  results.set(seed, result)
  return result
}

async function allResults(): Promise<readonly SimulationResult[]> {
  const all: SimulationResult[] = []
  for (let seed = 1; seed <= SEEDS; seed += 1) all.push(await resultOf(seed))
  return all
}

async function allAttempts(): Promise<readonly Attempt[]> {
  return (await allResults()).flatMap(({ attempts }) => attempts)
}

describe('The application, on stores that fail and in instances that crash,', function () {
  this.timeout(60_000)

  for (let first = 1; first <= SEEDS; first += SEEDS_OF_A_TEST) {
    const last = first + SEEDS_OF_A_TEST - 1
    it(`holds every invariant with seeds ${first} to ${last}`, async () => {
      for (let seed = first; seed <= last; seed += 1) {
        const { violation } = await resultOf(seed)
        if (violation !== undefined) throw new Error(failureReport(await shrink({ seed, operations: OPERATIONS })))
      }
    })
  }

  for (const fault of FAULTS) {
    it(`has met ${fault}`, async () => {
      const faults = (await allResults()).flatMap((result) => [...result.faults.values()])
      expect(faults.includes(fault)).to.equal(true)
    })
  }

  for (const kind of KINDS) {
    it(`has done, refused, given up and lost in a crash: ${kind}`, async () => {
      const attempts = (await allAttempts()).filter(({ request }) => request.kind === kind)
      const outcomes = new Set(attempts.map(({ outcome }) => outcome))
      expect([...outcomes]).to.include.members(['done', 'refused', 'unavailable', 'crashed'])
    })
  }

  for (const kind of ['sweep', 'verify']) {
    it(`has done, given up and lost in a crash: ${kind}`, async () => {
      const attempts = (await allAttempts()).filter(({ request }) => request.kind === kind)
      const outcomes = new Set(attempts.map(({ outcome }) => outcome))
      expect([...outcomes]).to.have.members(['done', 'unavailable', 'crashed'])
    })
  }

  for (const code of REFUSALS) {
    it(`has refused with ${code}`, async () => {
      expect((await allAttempts()).some(({ refusal }) => refusal === code)).to.equal(true)
    })
  }
})
