import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PrometheusMetrics } from './prometheus-metrics.ts'

export interface MetricsServerOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
}

/** Scrapers are few. */
const MAX_CONNECTIONS = 64

/** `GET /metrics` on a port of its own, which need not be open to those who use the API. */
export class MetricsServer {
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
  }

  /** @throws {Error} Node's own, as `EADDRINUSE` */
  static async listen(metrics: PrometheusMetrics, { host, port }: MetricsServerOptions): Promise<MetricsServer> {
    const server = createServer((request, response) => {
      const known = request.url?.split('?')[0] === '/metrics'
      if (!known) answer(response, 404, 'there is nothing at this path')
      else if (request.method !== 'GET' && request.method !== 'HEAD') answer(response, 405, 'this path answers GET')
      else void answerMetrics(response, metrics)
    })
    server.maxConnections = MAX_CONNECTIONS
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, resolve)
    })
    return new MetricsServer(server)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve()
      })
      this.#server.closeAllConnections()
    })
  }
}

async function answerMetrics(response: ServerResponse, metrics: PrometheusMetrics): Promise<void> {
  try {
    const text = await metrics.text()
    response.setHeader('content-type', metrics.contentType)
    answer(response, 200, text)
  } catch {
    answer(response, 500, 'the metrics cannot be read')
  }
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status
  response.setHeader('cache-control', 'no-store')
  response.end(text)
}
