const FIRST_CAPACITY = 4096

/**
 * Bytes that come in pieces, in one buffer: a piece kept as it is would cost a hundred bytes and more besides its own, so
 * that a body of chunks of one byte each would fill the memory.
 */
export class BoundedBytes {
  readonly #maxBytes: number
  #buffer = Buffer.alloc(0)
  #length = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @returns whether there was room for it */
  add(piece: Uint8Array): boolean {
    const length = this.#length + piece.byteLength
    if (length > this.#maxBytes) return false
    if (length > this.#buffer.byteLength) this.#grow(length)
    this.#buffer.set(piece, this.#length)
    this.#length = length
    return true
  }

  /** All so far, not copied. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  #grow(atLeast: number): void {
    const capacity = Math.max(FIRST_CAPACITY, atLeast, this.#buffer.byteLength * 2)
    const grown = Buffer.alloc(Math.min(this.#maxBytes, capacity))
    grown.set(this.bytes)
    this.#buffer = grown
  }
}
