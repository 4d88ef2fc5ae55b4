const GOLDEN_RATIO = 0x9e3779b9 // of 2 ** 32

/**
 * xoshiro128** 1.1 by Blackman and Vigna, seeded by SplitMix32: small, well known, and the same everywhere. Every random
 * decision of a simulation comes from one of these, so that a seed says all there is to say about a run.
 */
export class Xoshiro128 {
  readonly #state: Int32Array

  /** @param state four words, not all zero */
  constructor(state: readonly [number, number, number, number]) {
    this.#state = Int32Array.from(state)
  }

  /** A stream of its own for each list of numbers: what one stream is used for never shifts another. */
  static of(...seed: readonly number[]): Xoshiro128 {
    // Each word takes all of the seed in by itself, so that two lists that meet in one word differ in the others.
    const word = (index: number): number =>
      seed.reduce((folded, part) => scrambled((folded + GOLDEN_RATIO) ^ part), Math.imul(index, GOLDEN_RATIO))
    return new Xoshiro128([word(1), word(2), word(3), word(4) | 1])
  }

  /** 32 bits. */
  next(): number {
    const state = this.#state
    const [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!]
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0
    state[0] = a ^ d ^ b
    state[1] = b ^ c ^ a
    state[2] = c ^ a ^ (b << 9)
    state[3] = rotated(d ^ b, 11)
    return result
  }

  /** Evenly spread over [0, 1). */
  fraction(): number {
    return this.next() / 2 ** 32
  }

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  /** @throws {RangeError} if there is nothing to pick */
  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: readonly (readonly [Name, number])[]): Name {
    const total = weights.reduce((sum, [, weight]) => sum + weight, 0)
    let left = this.fraction() * total
    for (const [name, weight] of weights) {
      left -= weight
      if (left < 0) return name
    }
    throw new RangeError('no weight above zero')
  }

  bytes(length: number): Uint8Array {
    const words = Uint32Array.from({ length: Math.ceil(length / 4) }, () => this.next())
    return new Uint8Array(words.buffer, 0, length)
  }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function scrambled(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
