import { StoreUnavailable } from '../../../../application/ports/store-unavailable.ts'
import { currentAttempt, workingFor, type Attempt } from './attempt.ts'
import type { FaultPlan } from './fault-plan.ts'
import { isDisturbing, type CallName, type Fault } from './faults.ts'
import type { Recorder } from './recorder.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Milliseconds. */
interface Delays {
  /** Until the call reaches what it calls. */
  readonly there: number
  /** Until the answer is back. */
  readonly back: number
  /** Until a caller that gets no answer gives up. */
  readonly patience: number
  /** Until a call that everybody has forgotten happens after all. */
  readonly lateness: number
  /** Whether the call is already out of a process that dies now. */
  readonly sent: boolean
}

interface Call {
  readonly attempt: Attempt
  readonly name: CallName
  readonly fault: Fault | undefined
  readonly delays: Delays
}

/** The control points: every call of a port waits here until its time has come, and meets its fault. */
export class PortCalls {
  readonly #time: VirtualTime
  readonly #plan: FaultPlan
  readonly #recorder: Recorder

  constructor(time: VirtualTime, plan: FaultPlan, recorder: Recorder) {
    this.#time = time
    this.#plan = plan
    this.#recorder = recorder
  }

  /**
   * @param effect what the call does where it arrives
   * @param failure what the caller is told when it fails
   */
  async make<Result>(
    name: CallName,
    effect: (fault: Fault | undefined) => Promise<Result>,
    failure: () => Error = () => new StoreUnavailable(name),
  ): Promise<Result> {
    const call = this.#begin(name)
    const { attempt, fault, delays } = call
    const { there, back, patience, lateness } = delays
    const answer = Promise.withResolvers<Result>()
    const fail = (after: number): void => this.#settle(call, after, 'fails', () => answer.reject(failure()))
    const perform = (after: number, then: (answer: () => void) => void): void =>
      this.#perform(call, after, () =>
        effect(fault).then(
          (result) => then(() => answer.resolve(result)),
          (error: unknown) => then(() => answer.reject(error)),
        ),
      )

    switch (fault) {
      case undefined:
      case 'slow':
      case 'fail-midway':
        perform(there, (settle) => this.#settle(call, back, 'is answered', settle))
        break
      case 'fail-before':
        fail(there)
        break
      case 'fail-after':
        perform(there, () => fail(back))
        break
      case 'hang-before':
        fail(patience)
        break
      case 'hang-after':
        perform(there, () => fail(patience))
        break
      case 'late':
        fail(patience)
        perform(patience + lateness, () => {})
        break
      case 'crash-before':
        this.#time.after(there, () => this.#crash(attempt))
        break
      case 'crash-after':
        perform(there, () => this.#crash(attempt))
        break
    }
    return answer.promise
  }

  /** Lets time pass for the caller. */
  async sleep(milliseconds: number): Promise<void> {
    const call = this.#begin('clock.sleep')
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const extra = call.fault === 'slow' ? call.delays.there : 0
    if (call.fault === 'crash-before') this.#time.after(milliseconds, () => this.#crash(call.attempt))
    else this.#settle(call, milliseconds + extra, 'ends', () => resolve(undefined))
    await promise
  }

  #begin(name: CallName): Call {
    const attempt = currentAttempt()
    const number = attempt.calls
    attempt.calls += 1
    attempt.openCalls += 1
    const fault = attempt.calm ? undefined : this.#plan.faultOf(attempt.id, number, name)
    if (fault !== undefined) {
      attempt.disturbed ||= isDisturbing(fault)
      this.#recorder.injected(attempt, number, fault)
    }
    this.#recorder.called(attempt, name, fault)
    return { attempt, name, fault, delays: drawDelays(attempt, fault) }
  }

  #perform({ attempt, name, fault, delays }: Call, after: number, effect: () => Promise<void>): void {
    this.#time.after(after, () => {
      if (attempt.instance.crashed && !delays.sent && fault !== 'late') return
      this.#recorder.happened(attempt, name)
      void workingFor(attempt, effect)
    })
  }

  #settle({ attempt, name }: Call, after: number, how: string, settle: () => void): void {
    this.#time.after(after, () => {
      attempt.openCalls -= 1
      if (attempt.instance.crashed) return
      this.#recorder.settled(attempt, name, how)
      settle()
    })
  }

  #crash(attempt: Attempt): void {
    if (attempt.instance.crashed) return
    this.#recorder.crashed(attempt.instance)
    attempt.instance.crash()
  }
}

/** Always as many draws, so that a fault that is taken away shifts nothing that comes after it. */
function drawDelays({ latencies }: Attempt, fault: Fault | undefined): Delays {
  const there = drawLatency(latencies.fraction(), latencies.fraction())
  const back = drawLatency(latencies.fraction(), latencies.fraction())
  const [wait, lateness, sent] = [latencies.fraction(), latencies.fraction(), latencies.fraction()]
  return {
    there: fault === 'slow' ? there + wait * 400 : there,
    back,
    patience: 20 + wait ** 3 * 3000,
    lateness: lateness ** 2 * 2000,
    sent: sent < 0.5,
  }
}

/** Mostly a few milliseconds, at times none, at times many. */
function drawLatency(kind: number, amount: number): number {
  if (kind < 0.2) return 0
  return kind < 0.9 ? amount * 10 : amount * 100
}
