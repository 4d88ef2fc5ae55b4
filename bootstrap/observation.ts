import { isErrno } from '../adapters/shared/errno.ts'
import { NO_METRICS, type Metrics } from '../adapters/shared/metrics.ts'
import { EventLoopLag } from '../adapters/system/event-loop-lag.ts'
import type { LoadSheddingOptions } from '../adapters/http/overload/load-shedding.ts'
import type { EventLog } from '../application/ports/event-log.ts'
import type { Configuration } from './configuration.ts'
import { StartFault } from './start-fault.ts'

/** How the running service watches itself, and lets itself be watched. */
export interface Observation {
  readonly metrics: Metrics
  /** Of the metrics; `undefined` where there are none. */
  readonly port: number | undefined
  readonly loadShedding: LoadSheddingOptions | undefined
  stop(): Promise<void>
}

/** @throws {StartFault} when the port is taken that the operator named for the metrics */
export async function observe(configuration: Configuration, log: EventLog): Promise<Observation> {
  const { limits } = configuration
  const measured = await measure(configuration, log)
  const lag = limits.maxEventLoopLag === undefined ? undefined : new EventLoopLag()
  return {
    metrics: measured?.metrics ?? NO_METRICS,
    port: measured?.server.port,
    loadShedding: lag && {
      lag: () => lag.milliseconds,
      maxLag: limits.maxEventLoopLag ?? Infinity,
    },
    stop: async () => {
      lag?.stop()
      await measured?.server.stop()
    },
  }
}

async function measure({ host, metricsPort: port, metricsPortNamed }: Configuration, log: EventLog) {
  if (port === undefined) return undefined
  // Takes its time and memory to load, which those who switch it off should not pay for.
  const { PrometheusMetrics } = await import('../adapters/prometheus/prometheus-metrics.ts')
  const { MetricsServer } = await import('../adapters/prometheus/metrics-server.ts')
  const metrics = new PrometheusMetrics()
  try {
    return { metrics, server: await MetricsServer.listen(metrics, { host, port }) }
  } catch (error) {
    if (isErrno(error, 'EACCES')) throw new StartFault('METRICS_PORT', 'ports below 1024 are not for everybody', error)
    if (!isErrno(error, 'EADDRINUSE')) throw error
    const reason = `${port} is taken: choose another, 0 for any free one, or off for no metrics`
    // Nobody asked for the usual one: that is no reason not to serve.
    if (metricsPortNamed) throw new StartFault('METRICS_PORT', reason, error)
    log.warn('no_metrics', { variable: 'METRICS_PORT', reason })
    return undefined
  }
}
