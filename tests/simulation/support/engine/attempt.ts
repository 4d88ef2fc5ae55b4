import { AsyncLocalStorage } from 'node:async_hooks'
import { unixSeconds, type Clock } from '../../../../application/ports/clock.ts'
import type { Request } from '../clients/request.ts'
import type { ModelBackup } from '../model/model-backup.ts'
import { Xoshiro128 } from './xoshiro128.ts'

/** What became of an attempt, as far as its client knows. */
export type Outcome = 'pending' | 'done' | 'refused' | 'unavailable' | 'crashed'

/** Somebody for whom the service works: its random values are drawn from a stream of that work. */
export interface Work {
  readonly ids: Xoshiro128
}

/** The process that an attempt is made in. */
export interface Host {
  readonly name: string
  readonly clock: Clock
  readonly crashed: boolean
  crash(): void
}

/** One request on its way through one instance. A replay is another attempt at the same request. */
export class Attempt implements Work {
  readonly id: number
  readonly request: Request
  readonly instance: Host
  /** The step in which it began. */
  readonly begun: number
  /** The same by the clock of its instance, in seconds since the epoch. */
  readonly begunAt: number
  /** Nothing befalls the attempts that look around in the end. */
  readonly calm: boolean
  readonly ids: Xoshiro128
  /** For how long each call takes. */
  readonly latencies: Xoshiro128
  outcome: Outcome = 'pending'
  refusal: string | undefined
  /** The step in which the answer began. */
  answered = Infinity
  calls = 0
  openCalls = 0
  /** A fault befell it, so it may leave a blob behind. */
  disturbed = false
  /** How often it took effect: an operation that changes nothing does so by using its proof up. */
  effects = 0
  /** What it made of the backup. */
  after: ModelBackup | undefined
  /** Whether a commit used its proofs up without doing anything else. */
  consumed = false
  /** Of the blob that the first backup it read pointed to. */
  base: string | undefined
  /** Which of the backups of its id that one was. */
  incarnation: string | undefined

  constructor(id: number, seed: number, request: Request, instance: Host, begun: number, calm: boolean) {
    this.id = id
    this.request = request
    this.instance = instance
    this.begun = begun
    this.begunAt = unixSeconds(instance.clock)
    this.calm = calm
    this.ids = Xoshiro128.of(seed, id, 0x1d5)
    this.latencies = Xoshiro128.of(seed, id, 0x1a7e)
  }

  /** What the clock of its instance says now, in seconds since the epoch. */
  get now(): number {
    return unixSeconds(this.instance.clock)
  }
}

const current = new AsyncLocalStorage<Work>()

/** Runs `work`, which knows whom it is for wherever it goes: ports are shared by all attempts of an instance. */
export function workingFor<Result>(whom: Work, work: () => Result): Result {
  return current.run(whom, work)
}

/** @throws {Error} outside of all work */
export function currentWork(): Work {
  const work = current.getStore()
  if (work === undefined) throw new Error('nobody is being served')
  return work
}

/** @throws {Error} outside of all attempts */
export function currentAttempt(): Attempt {
  const work = currentWork()
  if (work instanceof Attempt) return work
  throw new Error('no attempt is being made')
}
