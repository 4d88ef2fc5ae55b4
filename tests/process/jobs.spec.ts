import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect } from 'chai'
import { runScript } from '../support/script-process.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

/** A run that comes to nothing, and the one line that is told of it. */
interface FailedRun {
  readonly title: string
  readonly script: 'provision' | 'sweep' | 'verify'
  readonly flags?: readonly string[]
  /** @param folder empty but for `file` @param unheard where nobody listens */
  readonly variables: (folder: string, unheard: string) => Readonly<Record<string, string>>
  readonly code: number
  readonly told: RegExp
}

const aws = (_: string, unheard: string) => ({
  STORAGE: 'aws',
  BACKUP_S3_BUCKET: 'bucket',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_ENDPOINT_URL: unheard,
  AWS_MAX_ATTEMPTS: '1',
})
const DRY = ['--dry-run']

const FAILED_RUNS: readonly FailedRun[] = [
  ...(
    [
      ['verify', [], 'verified'],
      ['sweep', [], 'swept'],
      ['sweep', DRY, 'swept'],
    ] as const
  ).flatMap(([script, flags, done]): FailedRun[] => [
    {
      title: 'a data folder that does not exist',
      script,
      flags,
      variables: (folder) => ({ DATA_DIR: join(folder, 'missing') }),
      code: 78,
      told: new RegExp(
        `^not ${done}: DATA_DIR: there is no index.sqlite in .*/missing: nothing was ever stored there, or it is lost$`,
      ),
    },
    {
      title: 'a data folder that is a file',
      script,
      flags,
      variables: (folder) => ({ DATA_DIR: join(folder, 'file') }),
      code: 78,
      told: new RegExp(`^not ${done}: DATA_DIR: .*/file cannot be used: ENOTDIR`),
    },
    {
      title: 'stores that are gone with each process',
      script,
      flags,
      variables: () => ({ STORAGE: 'memory' }),
      code: 78,
      told: new RegExp(`^not ${done}: STORAGE: nothing is ever stored in the memory of this process$`),
    },
    {
      title: 'stores out of reach',
      script,
      flags,
      variables: aws,
      code: 1,
      told: new RegExp(`^not ${done} to the end: (S3|DynamoDB) [A-Za-z0-9]+: .*ECONNREFUSED`),
    },
    {
      title: 'no region',
      script,
      flags,
      variables: () => ({ STORAGE: 'aws', BACKUP_S3_BUCKET: 'bucket' }),
      code: 78,
      told: new RegExp(`^not ${done}: AWS_REGION: has to be set`),
    },
  ]),
  {
    title: 'a server out of reach',
    script: 'provision',
    variables: aws,
    code: 1,
    told: /^not provisioned to the end: AWS: .*ECONNREFUSED/,
  },
  {
    title: 'no region',
    script: 'provision',
    variables: () => ({}),
    code: 78,
    told: /^not provisioned: AWS_REGION: has to be set/,
  },
]

describe('The jobs of operators', function () {
  this.timeout(60_000)
  let folder: TemporaryFolder
  let unheard: string

  before(async () => {
    folder = await makeTemporaryFolder()
    await writeFile(join(folder.path, 'file'), '')
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    unheard = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    server.close()
    await once(server, 'close')
  })
  after(() => folder.remove())

  for (const { title, script, flags = [], variables, code, told } of FAILED_RUNS) {
    it(`end with ${code} and one line: ${[script, ...flags].join(' ')} on ${title}`, async () => {
      // Profiles of the machine's owner would name a region.
      const environment = { HOME: folder.path, ...variables(folder.path, unheard) }
      const ended = await runScript(script, flags, environment)
      expect(ended.stderr.split('\n')).to.have.length(2)
      expect(ended.stderr.trimEnd()).to.match(told)
      expect(ended).to.include({ code, stdout: '' })
      expect(existsSync(join(folder.path, 'missing')), 'nothing is made').to.equal(false)
    })
  }

  for (const script of ['provision', 'sweep', 'verify'] as const) {
    describe(`npm run ${script}`, () => {
      it('tells its usage when asked for help, and does nothing', async () => {
        const { code, stdout } = await runScript(script, ['--help'], { STORAGE: 'floppy', S3_FORCE_PATH_STYLE: 'x' })
        expect(stdout).to.match(new RegExp(`^npm run ${script}`))
        expect(code).to.equal(0)
      })

      for (const flags of [['--dry'], ['now']]) {
        it(`ends with 2 for ${flags.join(' ')}, and does nothing`, async () => {
          const { code, stdout, stderr } = await runScript(script, flags, { STORAGE: 'floppy' })
          expect(stderr).to.include(flags[0]).and.include(`npm run ${script}`)
          expect([code, stdout]).to.deep.equal([2, ''])
        })
      }

      it('ends with 78 on a configuration with faults, and tells them', async () => {
        const { code, stderr } = await runScript(script, [], { STORAGE: 'aws', S3_FORCE_PATH_STYLE: 'x' })
        expect(stderr).to.include('S3_FORCE_PATH_STYLE is one of true, false')
        expect(code).to.equal(78)
      })
    })
  }
})
