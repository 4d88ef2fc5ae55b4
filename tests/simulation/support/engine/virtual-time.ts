/** Milliseconds since the epoch at which every simulation begins. */
const BEGINNING = Date.UTC(2026, 0, 1)

interface Event {
  readonly time: number
  readonly sequence: number
  readonly fire: () => void
}

/**
 * A clock that jumps from one event to the next: hours cost nothing, and no event ever meets another by chance. Between
 * two events everything that can go on without a third one does go on.
 */
export class VirtualTime {
  /** A binary heap: no event is before its parent, which is at (index - 1) / 2. */
  readonly #heap: Event[] = []
  #now = BEGINNING
  #scheduled = 0
  #steps = 0

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#now
  }

  /** Milliseconds since the beginning. */
  elapsed(): number {
    return this.#now - BEGINNING
  }

  /** How many events there were: orders everything that happens in a simulation. */
  get steps(): number {
    return this.#steps
  }

  /** Events of the same time fire in the order in which they were scheduled. */
  after(milliseconds: number, fire: () => void): void {
    this.#scheduled += 1
    this.#push({ time: this.#now + milliseconds, sequence: this.#scheduled, fire })
  }

  /** Fires the next event and waits for all that follows from it. @returns false when there is none */
  async step(): Promise<boolean> {
    const event = this.#pop()
    if (event === undefined) return false
    this.#now = event.time
    this.#steps += 1
    event.fire()
    await quiescence()
    return true
  }

  #push(event: Event): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent]!)) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = event
  }

  #pop(): Event | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (first === undefined || last === undefined || first === last) return first
    let at = 0
    for (;;) {
      const left = 2 * at + 1
      if (left >= heap.length) break
      const right = left + 1
      const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left
      if (!isBefore(heap[child]!, last)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = last
    return first
  }
}

function isBefore(left: Event, right: Event): boolean {
  return left.time < right.time || (left.time === right.time && left.sequence < right.sequence)
}

/**
 * Resolves once nothing goes on any more. A turn of the event loop begins when no promise is left to be settled, and no
 * part of a simulation waits for anything outside, so what is left then is waiting for an event.
 */
function quiescence(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
