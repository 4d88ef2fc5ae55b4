import type { OperationKind } from './request.ts'

/** Operations that use a proof up at most. */
const READ_ONLY: ReadonlySet<OperationKind> = new Set([
  'retrieve',
  'verify-factor',
  'retrieve-metadata',
  'status',
  'sweep',
  'verify',
])

export function changesNothing(kind: OperationKind): boolean {
  return READ_ONLY.has(kind)
}
