import type { IncomingMessage } from 'node:http'
import { limitedBody } from '../../../application/limited-body.ts'
import type { JsonValue } from '../../../domain/json.ts'
import { HttpError } from '../errors/http-error.ts'
import { parseJson } from './parse-json.ts'
import { BoundedBytes } from './bounded-bytes.ts'
import { MultipartParts, surplusPart, type Part } from './multipart-parts.ts'
import { Spool } from '../../shared/spool.ts'

export interface UploadLimits {
  /** All that is sent: both parts, and what is around them. */
  readonly maxBodyBytes: number
  readonly maxPayloadBytes: number
  readonly maxBackupBytes: number
}

/** A request of two parts: what is asked, and the sealed bytes it is about. */
export interface Upload {
  readonly payload: JsonValue
  /** Ends only if the whole multipart body ended as it should; holds no more than a few chunks in memory. */
  readonly body: AsyncIterable<Uint8Array>
  /** To be called in any case, once. */
  release(): Promise<void>
}

/**
 * Reads up to the point where the payload is known: the backup that follows it is left to be streamed, one that came
 * before it is spooled to disk.
 * @throws {HttpError} `multipart_error`, `missing_payload_field`, `missing_backup_field`, `invalid_payload`,
 *   `content_too_large`, `request_timeout`
 * @throws {DomainError} `content_too_large`, `empty_backup_file` of a backup that came first
 */
export async function readUpload(request: IncomingMessage, limits: UploadLimits): Promise<Upload> {
  const parts = new MultipartParts(request, limits.maxBodyBytes)
  try {
    const first = await parts.next()
    if (first?.name === 'backup') return await readBackupFirst(parts, first, limits)
    requirePart(first, 'payload')
    const payload = await readPayload(first, limits)
    const backup = await parts.next()
    requirePart(backup, 'backup')
    return {
      payload,
      body: untilEnd(parts, backup),
      release: () => {
        parts.abandon()
        return Promise.resolve()
      },
    }
  } catch (error) {
    parts.abandon()
    throw error
  }
}

async function readBackupFirst(parts: MultipartParts, backup: Part, limits: UploadLimits): Promise<Upload> {
  const spool = await Spool.open()
  try {
    await spool.fill(limitedBody(backup.bytes, limits.maxBackupBytes))
    const second = await parts.next()
    requirePart(second, 'payload')
    const payload = await readPayload(second, limits)
    await requireEnd(parts)
    return { payload, body: spool.read(), release: () => spool.close() }
  } catch (error) {
    await spool.close()
    throw error
  }
}

async function* untilEnd(parts: MultipartParts, backup: Part): AsyncGenerator<Uint8Array> {
  yield* backup.bytes
  await requireEnd(parts)
}

async function readPayload({ bytes }: Part, { maxPayloadBytes }: UploadLimits): Promise<JsonValue> {
  const payload = new BoundedBytes(maxPayloadBytes)
  for await (const chunk of bytes) {
    if (!payload.add(chunk)) {
      throw new HttpError('content_too_large', `the payload has at most ${maxPayloadBytes} bytes`)
    }
  }
  return parseJson(payload.bytes)
}

/** A part that comes instead is refused by `parts`. */
async function requireEnd(parts: MultipartParts): Promise<void> {
  await parts.next()
}

function requirePart(part: Part | undefined, name: 'payload' | 'backup'): asserts part is Part {
  if (part === undefined) throw new HttpError(`missing_${name}_field`, `the part ${name} is missing`)
  if (part.name !== name) throw surplusPart()
}
