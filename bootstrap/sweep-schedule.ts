import type { Metrics } from '../adapters/shared/metrics.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import { SweepRefused, type SweepBlobs } from '../application/use-cases/sweep-blobs.ts'

const MINUTE_MILLISECONDS = 60 * 1000
const HOUR_MILLISECONDS = 60 * 60 * 1000

/**
 * Sweeps a minute from now and then every hour, one sweep at a time.
 * @returns what stops it: a sweep under way ends after the blobs at hand
 */
export function scheduleSweeps(
  sweepBlobs: Pick<SweepBlobs, 'execute'>,
  grace: number,
  log: EventLog,
  metrics: Metrics,
): () => Promise<void> {
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  const sweep = async (): Promise<void> => {
    try {
      const { seen, removed, failed } = await sweepBlobs.execute({ grace, signal: stopping.signal })
      metrics.blobsSwept(removed)
      log.info(stopping.signal.aborted ? 'sweep_stopped' : 'swept', { seen, removed, failed })
    } catch (error) {
      // Never even all: that is for someone to decide who has looked.
      if (error instanceof SweepRefused) log.error('sweep_refused', { reason: error.message })
      else log.warn('sweep_failed', {}, error)
    }
    running = undefined
  }
  const start = (): void => {
    running ??= sweep()
  }
  // The first one soon: a process that is restarted often has leftovers, and might never come to a second.
  const first = setTimeout(start, MINUTE_MILLISECONDS).unref()
  const timer = setInterval(start, HOUR_MILLISECONDS).unref()
  return async () => {
    clearTimeout(first)
    clearInterval(timer)
    stopping.abort()
    await running
  }
}
