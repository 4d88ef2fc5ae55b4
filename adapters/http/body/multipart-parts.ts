import { on } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { deadlineOf } from './body-deadline.ts'
import { HttpError } from '../errors/http-error.ts'

/** A payload and a backup. */
const MAX_PARTS = 2
const MAX_HEADER_BYTES = 8 * 1024
const MAX_HEADERS = 32
const HIGH_WATER_MARK = 64 * 1024

/** What busboy tells of a part: its name, if it has one, and its bytes. */
type File = readonly [name: string | undefined, stream: Readable]

export interface Part {
  readonly name: string
  /** The part's bytes; throws as {@link MultipartParts.next} does when the body breaks off. */
  readonly bytes: AsyncIterable<Uint8Array>
}

/** The two parts of a multipart/form-data body (RFC 7578) one after the other, as they arrive, never held whole. */
export class MultipartParts {
  readonly #request: IncomingMessage
  readonly #busboy: InstanceType<typeof Busboy>
  readonly #files: AsyncIterator<File>
  readonly #deadline: AbortSignal | undefined
  readonly #maxBytes: number
  #received = 0
  #current: Readable | undefined

  /**
   * @param maxBytes of the whole body: what stands around the parts, which nobody reads, would have no end otherwise
   * @throws {HttpError} `multipart_error` for a content type without a boundary
   */
  constructor(request: IncomingMessage, maxBytes: number) {
    this.#request = request
    this.#maxBytes = maxBytes
    this.#deadline = deadlineOf(request)
    this.#busboy = openBusboy(request.headers)
    this.#files = on(this.#busboy, 'file', { close: ['finish'] }) as AsyncIterator<File>
    this.#busboy.on('file', (_name: string, stream: Readable) => {
      stream.on('error', ignore) // whoever reads the part is told; a part nobody reads must not end the process
      this.#current = stream
    })
    this.#busboy.on('error', (error) => this.#current?.destroy(malformed(error)))
    // Told of every part, also of those without a name, which are no `file`.
    this.#busboy.on('partsLimit', () => {
      this.#fail(surplusPart())
    })
    request.once('close', () => {
      if (!request.complete) this.#fail(malformed())
    })
    this.#deadline?.addEventListener('abort', this.#giveUp)
    request.on('data', this.#count).pipe(this.#busboy)
  }

  /**
   * The next part, once the bytes of the one before were read; `undefined` after the closing boundary.
   * @throws {HttpError} `multipart_error`, `content_too_large`, `request_timeout`
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
    this.#fail()
    this.#current?.destroy()
  }

  readonly #count = (chunk: Buffer): void => {
    this.#received += chunk.byteLength
    if (this.#received <= this.#maxBytes) return
    this.#fail(new HttpError('content_too_large', `the body has at most ${this.#maxBytes} bytes`))
  }

  readonly #giveUp = (): void => {
    this.#fail(malformed(this.#deadline?.reason))
  }

  #fail(error?: HttpError): void {
    this.#deadline?.removeEventListener('abort', this.#giveUp)
    this.#request.off('data', this.#count).unpipe(this.#busboy)
    this.#busboy.destroy(error)
  }
}

export function surplusPart(): HttpError {
  return new HttpError('multipart_error', 'the parts are payload and backup, each once, and nothing else')
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
