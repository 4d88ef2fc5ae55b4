import type { Attempt, Host } from './attempt.ts'
import type { CallKey } from './fault-plan.ts'
import type { CallName, Fault } from './faults.ts'
import type { Interleavings } from './interleavings.ts'
import type { VirtualTime } from './virtual-time.ts'

/** Writes down what happens, in words and in numbers. */
export class Recorder {
  readonly injectedFaults = new Map<CallKey, Fault>()
  readonly interleavings: Interleavings
  readonly lines: string[] = []
  calls = 0
  crashes = 0
  readonly #time: VirtualTime

  constructor(time: VirtualTime, interleavings: Interleavings) {
    this.#time = time
    this.interleavings = interleavings
  }

  note(text: string): void {
    this.lines.push(`${this.#time.elapsed().toFixed(3)} ${text}`)
  }

  begun(attempt: Attempt): void {
    this.note(`#${attempt.id} ${attempt.request.text} -> ${attempt.instance.name}`)
  }

  called(attempt: Attempt, name: CallName, fault: Fault | undefined): void {
    this.calls += 1
    this.note(`#${attempt.id} calls ${name}${fault === undefined ? '' : ` (${fault})`}`)
  }

  happened(attempt: Attempt, name: CallName): void {
    this.note(`#${attempt.id} ${name} happens`)
    this.interleavings.happened(attempt, name)
  }

  settled(attempt: Attempt, name: CallName, how: string): void {
    this.note(`#${attempt.id} ${name} ${how}`)
  }

  injected(attempt: Attempt, call: number, fault: Fault): void {
    this.injectedFaults.set(`${attempt.id}.${call}`, fault)
  }

  crashed(instance: Host): void {
    this.crashes += 1
    this.note(`${instance.name} crashes`)
  }

  ended(attempt: Attempt, how: string): void {
    this.note(`#${attempt.id} ${how}`)
    this.interleavings.ended(attempt)
  }
}
