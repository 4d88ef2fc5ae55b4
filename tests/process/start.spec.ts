import { expect } from 'chai'
import { runService } from '../support/service-process.ts'

describe('Starting the service', () => {
  it('ends with 78 before it listens, and tells every fault of the configuration', async () => {
    const { code, stderr } = await runService({ PORT: 'x', APP_ENV: 'staging', STORAGE: 'memory' })
    expect(code).to.equal(78)
    expect(stderr).to.contain('PORT is a whole number from 0 to 65535')
    expect(stderr).to.contain('CHALLENGE_KEYS has to be set')
  })

  it('ends with a reason when its data folder cannot be used', async () => {
    const { code, stderr } = await runService({ PORT: '0', DATA_DIR: '/dev/null/data' })
    expect(code).to.equal(1)
    expect(stderr).to.contain('/dev/null/data')
  })
})
