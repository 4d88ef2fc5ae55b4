/**
 * What waits for its turn of the event loop: so many are taken in each, first come first served. While anything waits
 * the loop does not sleep, so this holds up nothing that could be done.
 */
export class TurnQueue<Item extends object> {
  readonly #perTurn: number
  readonly #take: (item: Item, isFirstInTurn: boolean) => boolean
  /** Those before `#next` are gone. `shift` would move all that wait, each time. */
  #items: (Item | undefined)[] = []
  #next = 0
  #hasTurn = false

  /** @param take tells whether there was work to do: what takes none does not count */
  constructor(perTurn: number, take: (item: Item, isFirstInTurn: boolean) => boolean) {
    this.#perTurn = perTurn
    this.#take = take
  }

  get waiting(): number {
    return this.#items.length - this.#next
  }

  add(item: Item): void {
    this.#items.push(item)
    this.#awaitTurn()
  }

  #awaitTurn(): void {
    if (this.#hasTurn || this.waiting === 0) return
    this.#hasTurn = true
    setImmediate(() => {
      this.#takeTurn()
      this.#hasTurn = false
      this.#awaitTurn()
    })
  }

  #takeTurn(): void {
    let taken = 0
    while (taken < this.#perTurn) {
      const item = this.#shift()
      if (item === undefined) return
      if (this.#take(item, taken === 0)) taken += 1
    }
  }

  #shift(): Item | undefined {
    const item = this.#items[this.#next]
    if (item === undefined) return undefined
    this.#items[this.#next] = undefined
    this.#next += 1
    if (this.#next * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#next)
      this.#next = 0
    }
    return item
  }
}
