import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { BackupClient } from '../../bootstrap/demo/client/backup-client.ts'
import { Refusal } from '../../bootstrap/demo/client/refusal.ts'
import { KeypairOwner } from '../support/keypair-owner.ts'
import { ServiceProcess } from '../support/service-process.ts'
import { makeTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

describe('A service process on the embedded store', function () {
  this.timeout(60_000)
  let folder: TemporaryFolder
  let service: ServiceProcess
  let client: BackupClient

  async function start(): Promise<void> {
    service = await ServiceProcess.start({ DATA_DIR: folder.path })
    client = new BackupClient(service.url)
  }

  beforeEach(async () => {
    folder = await makeTemporaryFolder()
  })
  afterEach(async () => {
    await service.kill()
    await folder.remove()
  })

  it('ends with 0 on SIGTERM and keeps everything, used challenges and unused ones included', async () => {
    await start()
    const owner = new KeypairOwner()
    const sealed = randomBytes(1000)
    await owner.create(client, sealed)
    const used = await client.verifyFactorChallengeKeypair()
    const unused = await client.verifyFactorChallengeKeypair()
    const verify = ({ challenge, token }: typeof used) =>
      client.verifyFactor({ authorization: owner.main.authorize(challenge), challengeToken: token })
    await verify(used)

    expect(await service.terminate()).to.equal(0)
    await start()

    expect((await owner.retrieve(client)).sealed).to.deep.equal(sealed)
    const replay = await verify(used).catch((error: unknown) => error)
    expect(replay).to.be.instanceOf(Refusal).with.property('code', 'already_used')
    expect(await verify(unused)).to.deep.equal({ backupId: owner.account.backupAccountId })
  })

  it('finishes the upload that is under way when it is told to stop, and then ends', async () => {
    await start()
    const owner = new KeypairOwner()
    const sealed = randomBytes(1024 * 1024)
    const { body, contentType } = await multipart(await owner.creation(client, sealed), sealed)
    const upload = request(`${service.url}/v1/create`, { method: 'POST', headers: { 'content-type': contentType } })
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>
    upload.write(body.subarray(0, body.length / 2))
    await client.syncChallengeKeypair() // by now the first half has reached the service

    const stopped = service.terminate()
    await connectionRefused(service.url)
    upload.end(body.subarray(body.length / 2))

    const [response] = await answered
    response.resume()
    expect(response.statusCode).to.equal(200)
    expect(await stopped).to.equal(0)
    await start()
    expect((await owner.retrieve(client)).sealed).to.deep.equal(sealed)
  })
})

async function multipart(
  payload: object,
  sealed: Uint8Array<ArrayBuffer>,
): Promise<{ body: Buffer; contentType: string }> {
  const form = new FormData()
  form.append('payload', new Blob([JSON.stringify(payload)], { type: 'application/json' }))
  form.append('backup', new Blob([sealed]))
  const encoded = new Response(form)
  return { body: Buffer.from(await encoded.arrayBuffer()), contentType: encoded.headers.get('content-type')! }
}

/** Resolves once nobody accepts connections there any more. */
async function connectionRefused(url: string): Promise<void> {
  for (;;) {
    const refused = await fetch(`${url}/health`, { headers: { connection: 'close' } }).then(
      () => false,
      () => true,
    )
    if (refused) return
  }
}
