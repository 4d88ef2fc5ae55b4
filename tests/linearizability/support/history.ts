/**
 * One request to a shared object, as its client saw it. `began` and `ended` are positions in the one order in which
 * requests were sent and answers came: whatever ended before another began came before it.
 */
export interface Operation<Call, Outcome> {
  readonly call: Call
  /** `unknown`: no answer, or one that leaves it open. It may have happened since it began, may yet happen, or never. */
  readonly outcome: Outcome | 'unknown'
  readonly began: number
  /** `Infinity` where the outcome is unknown. */
  readonly ended: number
  /** Who did it where, for people who read the history. */
  readonly label: string
}

/** Writes down what clients do at the same time. */
export class HistoryRecorder<Call, Outcome> {
  readonly #operations: Operation<Call, Outcome>[] = []
  #position = 0

  /** In the order in which they ended. */
  get operations(): readonly Operation<Call, Outcome>[] {
    return this.#operations
  }

  /** @param act sends the request. What it throws is no outcome of an operation, but the end of the test. */
  async record(label: string, call: Call, act: () => Promise<Outcome | 'unknown'>): Promise<Outcome | 'unknown'> {
    const began = this.#next()
    const outcome = await act()
    const answered = this.#next()
    this.#operations.push({ call, outcome, began, ended: outcome === 'unknown' ? Infinity : answered, label })
    return outcome
  }

  #next(): number {
    this.#position += 1
    return this.#position
  }
}
