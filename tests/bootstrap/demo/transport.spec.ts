import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'chai'
import { ForeignAnswer } from '../../../bootstrap/demo/client/foreign-answer.ts'
import { Refusal } from '../../../bootstrap/demo/client/refusal.ts'
import { Transport } from '../../../bootstrap/demo/client/transport.ts'
import { rejectionOf } from '../../support/rejection.ts'

interface Scripted {
  readonly status: number
  readonly body: string
}

const DONE: Scripted = { status: 200, body: '{"done":true}' }
const NOTHING: Scripted = { status: 204, body: '' }
const CONFLICT = refusal(409, true, 'conflict')
const USED = refusal(400, false, 'already_used')

/** Of something between client and service. */
const FOREIGN: Readonly<Record<string, Scripted>> = {
  'a page of a proxy': { status: 502, body: '<html>Bad Gateway</html>' },
  'an error without content': { status: 504, body: '' },
  'JSON of somebody else': { status: 503, body: '{"message":"Service Unavailable"}' },
  'JSON that is no object': { status: 503, body: 'null' },
  'a page that calls itself a success': { status: 200, body: '<html>Log in to this network</html>' },
}

describe('Transport of the demo', () => {
  let server: Server
  let transport: Transport
  let script: Scripted[]

  before(async () => {
    server = createServer((_request, response) => {
      const { status, body } = script.shift() ?? { status: 500, body: 'more requests than were expected' }
      response.writeHead(status).end(body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    transport = new Transport(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  })

  after(() => server.close())

  it('gives the JSON of a success', async () => {
    script = [DONE]
    expect(await transport.post('/reset')).to.deep.equal({ done: true })
  })

  it('gives undefined for a success without content', async () => {
    script = [NOTHING]
    expect(await transport.post('/reset')).to.equal(undefined)
  })

  it('repeats a request of which the service says that it can succeed later', async () => {
    script = [CONFLICT, DONE]
    expect(await transport.post('/reset')).to.deep.equal({ done: true })
  })

  it('throws any other refusal', async () => {
    script = [USED, DONE]
    const error = await rejectionOf(transport.post('/reset'))
    expect(error).to.be.instanceOf(Refusal).and.to.include({ status: 400, code: 'already_used' })
    expect(script).to.deep.equal([DONE])
  })

  for (const [title, answer] of Object.entries(FOREIGN)) {
    it(`tells ${title} from a refusal, and does not repeat the request`, async () => {
      script = [answer, DONE]
      const error = await rejectionOf(transport.post('/reset'))
      expect(error).to.be.instanceOf(ForeignAnswer).with.property('status', answer.status)
      expect(String(error)).not.to.include('html')
      expect(script).to.deep.equal([DONE])
    })
  }
})

function refusal(status: number, allowRetry: boolean, code: string): Scripted {
  return { status, body: JSON.stringify({ allowRetry, error: { code, message: 'for a test' } }) }
}
