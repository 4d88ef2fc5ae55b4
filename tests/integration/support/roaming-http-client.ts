import { HttpClient, type Answer, type HttpRequest } from '../../support/http-client.ts'
import type { Instances } from './instances.ts'

const ATTEMPTS = 20

/** Goes to another instance each time, and on to the next where one is gone: for requests that may be sent twice. */
export class RoamingHttpClient extends HttpClient {
  readonly #instances: Instances

  constructor(instances: Instances) {
    super('')
    this.#instances = instances
  }

  override async send<Body = unknown>(request: HttpRequest): Promise<Answer<Body>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#instances.clients[0]!.send<Body>(request)
      } catch (error) {
        if (!isBrokenOff(error) || attempt === ATTEMPTS) throw error
      }
    }
  }
}

/** Whether there was no answer, or not the whole of it. */
export function isBrokenOff(error: unknown): boolean {
  return error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message)
}
