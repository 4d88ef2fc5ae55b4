import { readdir } from 'node:fs/promises'
import { expect } from 'chai'
import { parse } from 'yaml'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { Narrator, StepFailed } from '../../bootstrap/demo/narrator.ts'
import { runDemo } from '../../bootstrap/demo/run-demo.ts'
import { startTestService } from '../support/http-service.ts'
import { makeTemporaryFolder } from '../support/temporary-folder.ts'
import { readDocument } from './support/markdown.ts'

interface OpenApi {
  readonly paths: Readonly<Record<string, { readonly post?: { readonly operationId: string } }>>
}

const UNDELETES = 'the tablet, which deleted it, asks for the metadata'
const CREATES_ANEW = 'the id is free again'

describe('demo', function () {
  this.timeout(60_000)

  it('succeeds with a service of its own, and leaves nothing behind', async () => {
    const lines: string[] = []
    const traces = await tracesOf(() => runDemo((line) => lines.push(line)))
    expect(lines.at(-1)).to.match(/All \d+ steps went as they should/)
    expect(lines.join('\n')).to.include(UNDELETES).and.to.not.include(CREATES_ANEW).and.to.not.include('left out')
    expect(traces).to.deep.equal([])
  })

  const graces = [
    ['0', 'makes the backup anew', CREATES_ANEW, UNDELETES],
    ['24', 'undeletes the backup', UNDELETES, CREATES_ANEW],
  ] as const
  for (const [hours, does, told, untold] of graces) {
    it(`succeeds with a service that runs already, and ${does} with DELETION_GRACE_HOURS=${hours}`, async () => {
      const service = await startTestService({ variables: { DELETION_GRACE_HOURS: hours } })
      try {
        const lines: string[] = []
        await runDemo((line) => lines.push(line), { url: service.url })
        expect(lines.at(-1)).to.match(/All \d+ steps went as they should/)
        // The steps that need the local issuer.
        expect(lines.join('\n')).to.include('left out').and.to.include(told).and.to.not.include(untold)
      } finally {
        await service.stop()
      }
    })
  }

  it('stops at the first step that goes wrong, naming it and what was expected', async () => {
    const service = await startTestService({ variables: { WEBAUTHN_ORIGINS: 'https://app.example' } })
    try {
      const failure: unknown = await runDemo(() => {}, { url: service.url }).catch((error: unknown) => error)
      expect(failure).to.be.instanceOf(StepFailed)
      expect(String(failure)).to.match(/step "create: .*": expected success, got 400 webauthn_error/)
    } finally {
      await service.stop()
    }
  })

  it('does not take a success for a refusal', async () => {
    const narrator = new Narrator(() => {})
    const failure: unknown = await narrator
      .refused('again', '400 already_used', async () => 'fine')
      .catch((error: unknown) => error)
    expect(String(failure)).to.include('step "again": expected 400 already_used, got success')
  })

  it('has a method of the client for every operation', () => {
    const { paths } = parse(readDocument('openapi.yaml')) as OpenApi
    const operations = Object.values(paths).flatMap(({ post }) => (post === undefined ? [] : [post.operationId]))
    const methods = Object.getOwnPropertyNames(BackupClient.prototype).filter((name) => name !== 'constructor')
    expect(methods.toSorted()).to.deep.equal(operations.toSorted())
  })
})

/** What is left of the temporary files of `act`; a folder of its own, since others use the usual one meanwhile. */
async function tracesOf(act: () => Promise<void>): Promise<readonly string[]> {
  const folder = await makeTemporaryFolder()
  const usual = process.env.TMPDIR
  process.env.TMPDIR = folder.path
  try {
    await act()
    return await readdir(folder.path)
  } finally {
    if (usual === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = usual
    await folder.remove()
  }
}
