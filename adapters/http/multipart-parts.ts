import { on } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { HttpError } from './http-error.ts'

const MAX_PARTS = 3 // one more than a good request has, so that the surplus part is seen and refused
const MAX_HEADER_BYTES = 8 * 1024
const MAX_HEADERS = 32
const HIGH_WATER_MARK = 64 * 1024

/** What busboy tells of a part: its name, if it has one, and its bytes. */
type File = readonly [name: string | undefined, stream: Readable]

export interface Part {
  readonly name: string
  /** The part's bytes; throws {HttpError} `multipart_error` when the body breaks off. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The parts of a multipart/form-data body (RFC 7578) one after the other, as they arrive, never held whole. */
export class MultipartParts {
  readonly #request: IncomingMessage
  readonly #busboy: InstanceType<typeof Busboy>
  readonly #files: AsyncIterator<File>
  #current: Readable | undefined

  /** @throws {HttpError} `multipart_error` for a content type without a boundary */
  constructor(request: IncomingMessage) {
    this.#request = request
    this.#busboy = openBusboy(request.headers)
    this.#files = on(this.#busboy, 'file', { close: ['finish'] }) as AsyncIterator<File>
    this.#busboy.on('file', (_name: string, stream: Readable) => {
      stream.on('error', ignore) // whoever reads the part is told; a part nobody reads must not end the process
      this.#current = stream
    })
    this.#busboy.on('error', (error) => this.#current?.destroy(malformed(error)))
    request.once('close', () => {
      if (!request.complete) this.#busboy.destroy(malformed())
    })
    request.pipe(this.#busboy)
  }

  /**
   * The next part, once the bytes of the one before were read; `undefined` after the closing boundary.
   * @throws {HttpError} `multipart_error`
   */
  async next(): Promise<Part | undefined> {
    try {
      const file = await this.#files.next()
      if (file.done === true) return undefined
      const [name, stream] = file.value
      return { name: name ?? '', bytes: bytesOf(stream) }
    } catch (error) {
      throw malformed(error)
    }
  }

  /** Stops reading: what is still to come is for whoever drains the request. */
  abandon(): void {
    this.#request.unpipe(this.#busboy)
    this.#busboy.destroy()
    this.#current?.destroy()
  }
}

function openBusboy(headers: IncomingHttpHeaders): InstanceType<typeof Busboy> {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      highWaterMark: HIGH_WATER_MARK,
      fileHwm: HIGH_WATER_MARK,
      limits: { files: MAX_PARTS, parts: MAX_PARTS, headerSize: MAX_HEADER_BYTES, headerPairs: MAX_HEADERS },
      // Clients differ in which part they give a file name; a part taken for a text field would be held and decoded.
      isPartAFile: () => true,
    })
  } catch (error) {
    throw malformed(error)
  }
}

async function* bytesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* stream as AsyncIterable<Uint8Array>
  } catch (error) {
    throw malformed(error)
  }
}

function malformed(cause?: unknown): HttpError {
  return cause instanceof HttpError
    ? cause
    : new HttpError('multipart_error', 'the multipart body is malformed or was broken off', { cause })
}

function ignore(): void {
  // See above.
}
