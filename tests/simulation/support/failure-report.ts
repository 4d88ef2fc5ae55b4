import { INVARIANTS } from './model/violation.ts'
import { replayCommand } from './schedule-text.ts'
import type { ShrunkFailure } from './shrink.ts'

/** All that is needed to understand a failure and to see it again. */
export function failureReport({ schedule, result, tries }: ShrunkFailure): string {
  const { violation } = result
  return [
    violation === undefined
      ? 'no violation'
      : `invariant ${violation.invariant} violated: ${INVARIANTS[violation.invariant]}`,
    `seed ${schedule.seed}, shrunk in ${tries} tries to ${schedule.only.size} operations and ${schedule.faults.size} faults`,
    '',
    ...result.trace.map((line) => `  ${line}`),
    '',
    `replay: ${replayCommand(schedule)}`,
  ].join('\n')
}
