import type { EventLog } from '../application/ports/event-log.ts'
import type { SweepBlobs } from '../application/use-cases/sweep-blobs.ts'

const HOUR_MILLISECONDS = 60 * 60 * 1000

/** Sweeps every hour, one sweep at a time. @returns what stops it, once the sweep under way is over */
export function scheduleSweeps(sweepBlobs: SweepBlobs, grace: number, log: EventLog): () => Promise<void> {
  let running: Promise<void> | undefined
  const sweep = async (): Promise<void> => {
    try {
      const { seen, removed, failed } = await sweepBlobs.execute({ grace, dryRun: false })
      log.info('swept', { seen, removed, failed })
    } catch (error) {
      log.warn('sweep_failed', {}, error)
    }
    running = undefined
  }
  const timer = setInterval(() => {
    running ??= sweep()
  }, HOUR_MILLISECONDS)
  timer.unref()
  return async () => {
    clearInterval(timer)
    await running
  }
}
