import { addFactors } from './chapters/add-factors.ts'
import { createBackup } from './chapters/create.ts'
import { endBackup } from './chapters/end.ts'
import { replaceLostPhone } from './chapters/lost-phone.ts'
import { recoverByEach } from './chapters/recover-by-each.ts'
import { joinSecondDevice } from './chapters/second-device.ts'
import { keepInSync } from './chapters/sync.ts'
import { BackupClient } from './client/backup-client.ts'
import { startDemoService } from './demo-service.ts'
import { Narrator, type Print } from './narrator.ts'
import type { Stage } from './stage.ts'

/** As a service is configured by default. */
const DEFAULT_ORIGIN = 'http://localhost:8000'

export interface DemoOptions {
  /** A service that runs already; where absent the demo starts one of its own. */
  readonly url?: string | undefined
  /** One of the service's `WEBAUTHN_ORIGINS`. */
  readonly origin?: string | undefined
}

/**
 * Walks through the life of a backup as a client would, and leaves nothing behind.
 * @throws {StepFailed} at the first step that does not go as it should
 */
export async function runDemo(print: Print, { url, origin = DEFAULT_ORIGIN }: DemoOptions = {}): Promise<void> {
  const narrator = new Narrator(print)
  if (url !== undefined) {
    print(`The service at ${url}`)
    await tell({ narrator, client: new BackupClient(url), origin, issuer: undefined })
  } else {
    const service = await startDemoService(origin)
    print(`A service of its own at ${service.url}, with an empty data folder`)
    try {
      await tell({ narrator, client: new BackupClient(service.url), origin, issuer: service.issuer })
    } finally {
      await service.stop()
    }
  }
  print(`\nAll ${narrator.steps} steps went as they should.`)
}

async function tell(stage: Stage): Promise<void> {
  const household = await createBackup(stage)
  const tablet = await joinSecondDevice(stage, household)
  await keepInSync(stage, household, tablet)
  const { keychain, all } = await addFactors(stage, household)
  await recoverByEach(stage, all, household.phone)
  await replaceLostPhone(stage, household, tablet, keychain)
  await endBackup(stage, household, tablet, keychain)
}
