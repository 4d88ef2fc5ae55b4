import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { formatKeyring, generateKeyringEntry } from '../../adapters/jose/keyring.ts'
import { authorizationBy, type KeypairChallengeJson } from '../support/http-backup-client.ts'
import { startTestService } from '../support/http-service.ts'
import { P256Keypair } from '../support/keypair.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const STORAGES = {
  memory: { STORAGE: 'memory' },
  embedded: { STORAGE: 'embedded' },
  // Nothing has to answer there.
  aws: { STORAGE: 'aws', BACKUP_S3_BUCKET: 'bucket' },
} as const

describe('the keyring of development', () => {
  const { AWS_REGION } = process.env
  let folder: TemporaryFolder

  before(() => {
    process.env.AWS_REGION = 'us-east-1' // which the SDK reads for itself
  })
  after(() => {
    if (AWS_REGION === undefined) delete process.env.AWS_REGION
    else process.env.AWS_REGION = AWS_REGION
  })
  beforeEach(async () => {
    folder = await makeTemporaryFolder()
  })

  afterEach(() => folder.remove())

  for (const [storage, variables] of Object.entries(STORAGES)) {
    it(`is kept in DATA_DIR with STORAGE=${storage}, so that challenges outlive a restart`, async () => {
      const started = { ...variables, DATA_DIR: join(folder.path, 'data') }
      const first = await startTestService({ variables: started })
      const { challenge, token } = (await first.http.post<KeypairChallengeJson>('/v1/sync/challenge/keypair', {})).body
      await first.stop()

      const second = await startTestService({ variables: started })
      const body = { authorization: authorizationBy(new P256Keypair(), challenge), challengeToken: token }
      const answer = await second.http.post('/v1/verify-factor', body)
      await second.stop()
      expect(answer.outcome, 'of a token that was read').to.equal('400 invalid_challenge_context')
      const { mode } = await stat(join(started.DATA_DIR, 'challenge-keys'))
      expect(mode & 0o777).to.equal(0o600)
    })
  }

  it('is not made where CHALLENGE_KEYS is set', async () => {
    const CHALLENGE_KEYS = formatKeyring([generateKeyringEntry(new Date())])
    const service = await startTestService({ variables: { DATA_DIR: folder.path, CHALLENGE_KEYS } })
    await service.stop()
    expect(await readdir(folder.path)).to.deep.equal([])
  })
})
