import type { OperationKind } from './request.ts'

/** Operations that only use their proof up. */
const READ_ONLY: ReadonlySet<OperationKind> = new Set(['retrieve', 'verify-factor', 'retrieve-metadata', 'status'])

export function changesNothing(kind: OperationKind): boolean {
  return READ_ONLY.has(kind)
}
