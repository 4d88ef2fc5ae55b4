import { AssertionError } from 'chai'
import { BackupRegister, type BackupOperation } from '../../linearizability/support/backup-register.ts'
import { findLinearization } from '../../linearizability/support/linearization.ts'
import type { Hammer } from './hammer.ts'

const SHOWN = 10

/** @throws {AssertionError} with the end of the longest order that makes sense, and all that could not come next */
export function expectLinearizable({ initial, history }: Pick<Hammer, 'initial' | 'history'>): void {
  const { kind, order, stuck } = findLinearization(new BackupRegister(initial, history), history)
  if (kind === 'linearizable') return
  throw new AssertionError(
    [
      `of ${history.length} operations ${order.length} can be put in an order; the last of them:`,
      ...order.slice(-SHOWN).map(describeOperation),
      'none of these can come next:',
      ...stuck.map(describeOperation),
    ].join('\n'),
  )
}

/** How often each kind of call ended in which way: `sync done`, `sync already_used`, `sync unknown`. */
export function countOutcomes(history: readonly BackupOperation[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const operation of history) {
    const title = `${operation.call.kind} ${endOf(operation)}`
    counts.set(title, (counts.get(title) ?? 0) + 1)
  }
  return counts
}

function endOf({ outcome }: BackupOperation): string {
  if (outcome === 'unknown') return outcome
  return outcome.kind === 'refused' ? outcome.code : outcome.kind
}

function describeOperation({ began, ended, label, call, outcome }: BackupOperation): string {
  return `  ${began}–${ended} ${label}: ${JSON.stringify(call, shortened)} → ${JSON.stringify(outcome, shortened)}`
}

/** Keys, hashes and tokens differ at their ends. */
function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > 40 ? `…${value.slice(-8)}` : value
}
