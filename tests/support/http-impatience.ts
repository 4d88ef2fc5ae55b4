import { BackupClient } from './http-backup-client.ts'
import { Connection } from './http-connection.ts'
import { startTestService, useSharedService, type RunningService } from './http-service.ts'

/** Long enough for a machine that does much else besides. */
const REQUEST_TIMEOUT_MS = '1000'

/** Waits no longer for anybody than it takes to notice. */
export interface ImpatientService extends RunningService {
  /** Another one, on the same storage. */
  readonly patient: RunningService
}

/** @param variables environment variables, known once the tests run */
export function useImpatientService(
  variables: () => Readonly<Record<string, string>> = () => ({}),
): () => ImpatientService {
  const patient = useSharedService('embedded')
  let impatient: RunningService | undefined
  before(async () => {
    const common = { STORAGE: 'embedded', DATA_DIR: patient().folder, REQUEST_TIMEOUT_MS }
    impatient = await startTestService({ variables: { ...common, ...variables() } })
    // What the first requests have to wait for is not for others to wait for, too.
    await new BackupClient(impatient.http).create()
  })
  after(() => impatient?.stop())
  return () => {
    if (impatient === undefined) throw new Error('the service is there once the tests run')
    return { ...impatient, patient: patient() }
  }
}

/** A test that waits most of its time: all of a `describe` wait at the same time. */
export function itMeanwhile(title: string, run: () => Promise<void>): void {
  let running: Promise<void>
  before(() => {
    running = run()
    running.catch(() => {}) // told by the test
  })
  it(title, () => running)
}

export async function beginPost(
  url: string,
  path: string,
  headers: Readonly<Record<string, string | number>>,
): Promise<Connection> {
  const connection = await Connection.open(url)
  connection.head(`POST ${path} HTTP/1.1`, headers)
  return connection
}

/** Sends a byte every now and then, as long as that is possible. */
export function trickle(connection: Connection): void {
  const timer = setInterval(() => {
    if (connection.closed) clearInterval(timer)
    else connection.write(' ')
  }, 5)
  timer.unref()
}
