import { hasDynoxide, startDynoxide } from '../support/dynamodb-dynoxide.ts'
import { openIndexes } from '../support/dynamodb-table.ts'
import { describeBackupIndex } from './backup-index.contract.ts'

if (hasDynoxide()) {
  describe('With a server for each test', function () {
    this.timeout(60_000)
    // One alone is tried on the real servers.
    describeBackupIndex('DynamoDB (dynoxide), 2 at once', async () => {
      const server = await startDynoxide()
      const { index, close } = await openIndexes(server.endpoint, 2)
      return { index, close: () => close().then(server.stop) }
    })
  })
} else {
  // Without a body a test is pending: the report shows what was not run.
  it('BackupIndex contract: DynamoDB (dynoxide), for which there is a program on Linux x64 only')
}
