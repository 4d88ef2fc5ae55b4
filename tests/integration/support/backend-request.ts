import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'

/** A request to DynamoDB or S3, as it came over the wire. */
export interface BackendRequest {
  /** As the API names it: `GetItem`, `PutObject`. */
  readonly operation: string
  /** What a request to DynamoDB says; nothing of S3's. */
  readonly parameters: Readonly<Record<string, unknown>>
}

/** Who asks DynamoDB says it in the body, which is read here; what S3 is sent stays where it is. */
export async function readBackendRequest(
  incoming: IncomingMessage,
): Promise<{ readonly request: BackendRequest; readonly body: Buffer | undefined }> {
  const target = incoming.headers['x-amz-target']
  if (typeof target !== 'string') {
    return { request: { operation: s3Operation(incoming), parameters: {} }, body: undefined }
  }
  const body = await buffer(incoming)
  const parameters = JSON.parse(body.toString()) as BackendRequest['parameters']
  return { request: { operation: target.split('.')[1] ?? target, parameters }, body }
}

/** The SDK names what could be taken for something else; the rest is told by the method and the path. */
function s3Operation({ method = '', url = '' }: IncomingMessage): string {
  const { pathname, searchParams } = new URL(url, 'http://s3')
  const named = searchParams.get('x-id')
  if (named !== null) return named
  const [, , key = ''] = pathname.split('/')
  return `${method} ${key === '' ? 'bucket' : 'object'}`
}
