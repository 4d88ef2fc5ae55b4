import type { Operation } from './history.ts'

/** What a shared object does when it is asked one thing at a time. */
export interface SequentialModel<State, Call, Outcome> {
  readonly initial: State
  /**
   * @param outcome what the client was told; `unknown` asks for the effect that the operation would have
   * @returns the state behind it, `undefined` if the operation cannot end like this in this state
   */
  apply(state: State, call: Call, outcome: Outcome | 'unknown'): State | undefined
  /**
   * Whether nothing that may come later depends on where the operation came, so that it may as well come as early as it
   * fits.
   */
  leavesNoTrace(call: Call, outcome: Outcome | 'unknown'): boolean
  /** Equal for equal states that the same operations led to. */
  keyOf(state: State): string
}

/**
 * - `linearizable`: there is an order of the operations, without those that never happened, in which each ends as the
 *   model says and comes between its beginning and its end;
 * - `violated`: there is none. `order` is as far as the search came, where none of `stuck` could come next.
 */
export interface Verdict<Call, Outcome> {
  readonly kind: 'linearizable' | 'violated'
  readonly order: readonly Operation<Call, Outcome>[]
  readonly stuck: readonly Operation<Call, Outcome>[]
}

/** A point of the search: what came so far, and the state that it led to. */
interface Point<State> {
  readonly state: State
  /** A byte an operation: 1 where it came already. */
  readonly placed: Uint8Array
  /** How many of those came whose outcome is known. */
  readonly answered: number
  readonly last?: { readonly operation: number; readonly before: Point<State> }
}

/**
 * Searches for a linearization (Herlihy and Wing 1990) as Wing and Gong (1993) do: depth first over what comes next, out
 * of all that began before anything that is still to come had ended. A point that was reached before is not searched
 * again (Lowe 2017).
 */
export function findLinearization<State, Call, Outcome>(
  model: SequentialModel<State, Call, Outcome>,
  history: readonly Operation<Call, Outcome>[],
): Verdict<Call, Outcome> {
  return new Search(model, history).run()
}

class Search<State, Call, Outcome> {
  readonly #model: SequentialModel<State, Call, Outcome>
  /** In the order in which they began. */
  readonly #operations: readonly Operation<Call, Outcome>[]

  constructor(model: SequentialModel<State, Call, Outcome>, history: readonly Operation<Call, Outcome>[]) {
    this.#model = model
    this.#operations = history.toSorted((one, other) => one.began - other.began)
  }

  run(): Verdict<Call, Outcome> {
    const wanted = this.#operations.filter(({ outcome }) => outcome !== 'unknown').length
    const start = { state: this.#model.initial, placed: new Uint8Array(this.#operations.length), answered: 0 }
    const open: Point<State>[] = [start]
    const seen = new Set<string>()
    let furthest: Point<State> = start
    for (let point = open.pop(); point !== undefined; point = open.pop()) {
      if (point.answered === wanted) return { kind: 'linearizable', order: this.#orderOf(point), stuck: [] }
      const key = `${Buffer.from(point.placed).toString('latin1')}${this.#model.keyOf(point.state)}`
      if (seen.has(key)) continue
      seen.add(key)
      if (point.answered > furthest.answered) furthest = point
      open.push(...this.#next(point).reverse())
    }
    const stuck = this.#candidates(furthest.placed).map((operation) => this.#operations[operation]!)
    return { kind: 'violated', order: this.#orderOf(furthest), stuck }
  }

  #next(before: Point<State>): Point<State>[] {
    const next: Point<State>[] = []
    for (const operation of this.#candidates(before.placed)) {
      const { call, outcome } = this.#operations[operation]!
      const state = this.#model.apply(before.state, call, outcome)
      if (state === undefined) continue
      const answered = before.answered + (outcome === 'unknown' ? 0 : 1)
      const point = { state, placed: before.placed.with(operation, 1), answered, last: { operation, before } }
      if (this.#model.leavesNoTrace(call, outcome)) return [point]
      next.push(point)
    }
    return next
  }

  #candidates(placed: Uint8Array): number[] {
    const found: number[] = []
    let firstEnd = Infinity
    for (const [index, { began, ended }] of this.#operations.entries()) {
      if (began > firstEnd) break
      if (placed[index] === 1) continue
      found.push(index)
      firstEnd = Math.min(firstEnd, ended)
    }
    return found
  }

  #orderOf(point: Point<State>): Operation<Call, Outcome>[] {
    const order: Operation<Call, Outcome>[] = []
    for (let { last } = point; last !== undefined; last = last.before.last)
      order.push(this.#operations[last.operation]!)
    return order.reverse()
  }
}
