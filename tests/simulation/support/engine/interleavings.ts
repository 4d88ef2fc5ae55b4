import type { Attempt } from './attempt.ts'
import type { CallName } from './faults.ts'

interface Course {
  readonly attempt: Attempt
  /** Sequence numbers and names of its calls, in order. */
  readonly calls: { readonly at: number; readonly name: CallName }[]
}

/**
 * Counts the different orders in which the calls of two requests for one backup took turns: the same two operations whose
 * calls came in the same order are one interleaving, in whichever seed they met.
 */
export class Interleavings {
  readonly #seen: Set<number>
  readonly #courses = new Map<Attempt, Course>()
  #sequence = 0

  /** @param seen shared by the seeds of a run */
  constructor(seen: Set<number>) {
    this.#seen = seen
  }

  happened(attempt: Attempt, name: CallName): void {
    this.#sequence += 1
    const course = this.#courses.get(attempt) ?? { attempt, calls: [] }
    course.calls.push({ at: this.#sequence, name })
    this.#courses.set(attempt, course)
  }

  /** To be called when nothing is to be expected of the attempt any more. */
  ended(attempt: Attempt): void {
    const course = this.#courses.get(attempt)
    if (course === undefined) return
    for (const other of this.#courses.values()) {
      if (other.attempt.outcome === 'pending' || other.attempt.request.target !== attempt.request.target) continue
      if (overlap(course, other)) this.#count(other, course)
    }
    this.#forget()
  }

  #count(left: Course, right: Course): void {
    const order = [
      ...left.calls.map((call) => ({ ...call, of: 0 })),
      ...right.calls.map((call) => ({ ...call, of: 1 })),
    ]
    order.sort((a, b) => a.at - b.at)
    const text = order.map(({ of, name }) => `${of}${name}`).join()
    this.#seen.add(digest(`${left.attempt.request.kind}/${right.attempt.request.kind}/${text}`))
  }

  /** Those that ended before everything that is still going on began can meet nothing new. */
  #forget(): void {
    const pending = [...this.#courses.values()].filter(({ attempt }) => attempt.outcome === 'pending')
    const oldest = Math.min(...pending.map(({ calls }) => calls[0]!.at))
    for (const { attempt, calls } of this.#courses.values()) {
      if (attempt.outcome !== 'pending' && calls.at(-1)!.at < oldest) this.#courses.delete(attempt)
    }
  }
}

function overlap(left: Course, right: Course): boolean {
  if (left === right) return false
  return left.calls[0]!.at < right.calls.at(-1)!.at && right.calls[0]!.at < left.calls.at(-1)!.at
}

/** 53 bits of FNV-1a, taken twice. */
function digest(text: string): number {
  let low = 0x811c9dc5
  let high = 0x01000193
  for (let at = 0; at < text.length; at += 1) {
    low = Math.imul(low ^ text.charCodeAt(at), 0x01000193)
    high = Math.imul(high ^ text.charCodeAt(at), 0x85ebca6b)
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0)
}
