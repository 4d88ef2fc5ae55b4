import type { BackendOperation } from './backend-operations.ts'
import type { Fate } from './backend-proxy.ts'
import type { ProxiedService } from './proxied-service.ts'

/** One of the requests that an operation waits for. */
export interface Position {
  /** As the API names it. */
  readonly request: string
  /** 1 for the first of this name. */
  readonly occurrence: number
}

/** Each request that the operation waits for. */
export function positionsOf({ waves }: BackendOperation): readonly Position[] {
  const requests = waves.flat()
  return requests.map((request, index) => ({
    request,
    occurrence: requests.slice(0, index + 1).filter((earlier) => earlier === request).length,
  }))
}

export function describePosition({ request, occurrence }: Position): string {
  return occurrence === 1 ? request : `${request} number ${occurrence}`
}

/** Whether the request changes something. */
export function isWrite({ request }: Position): boolean {
  return ['PutObject', 'PutItem', 'TransactWriteItems'].includes(request)
}

/** Whether the operation has happened once the request has. */
export function isCommit({ request }: Position): boolean {
  return ['PutItem', 'TransactWriteItems'].includes(request)
}

/**
 * From now on the request at this position meets its fate, and all others pass.
 * @returns how many of this name there were since
 */
export function failAt({ dynamoDb, s3 }: ProxiedService, position: Position, fate: Fate): () => number {
  let seen = 0
  for (const proxy of [dynamoDb, s3]) {
    proxy.decide = ({ operation }) => {
      if (operation !== position.request) return 'pass'
      seen += 1
      return seen === position.occurrence ? fate : 'pass'
    }
  }
  return () => seen
}
