import { DomainError } from '../domain/domain-error.ts'

/**
 * The sealed bytes of a backup as they pass by: at least one, at most `maxBytes`.
 * @throws {DomainError} `empty_backup_file`, `content_too_large`, as soon as it is known, and whatever `body` throws
 */
export async function* limitedBody(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new DomainError('content_too_large', `a backup has at most ${maxBytes} bytes`)
    yield chunk
  }
  if (size === 0) throw new DomainError('empty_backup_file', 'a backup has at least one byte')
}
