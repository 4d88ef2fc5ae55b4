import { GenericContainer, Wait } from 'testcontainers'
import { CONTAINER_IMAGES } from './container-images.ts'
import { LOCAL_CREDENTIALS } from './s3-bucket.ts'

export interface S3Server {
  readonly endpoint: string
  readonly stop: () => Promise<void>
}

const PORT = 7070

/** The server that `TEST_S3_ENDPOINT` names, or one in a container. */
export async function startS3(): Promise<S3Server> {
  const endpoint = process.env.TEST_S3_ENDPOINT
  if (endpoint !== undefined && endpoint !== '') return { endpoint, stop: async () => {} }
  const container = await new GenericContainer(CONTAINER_IMAGES.s3)
    // A folder that the image brings.
    .withCommand(['posix', '/tmp/vgw'])
    .withEnvironment({
      ROOT_ACCESS_KEY: LOCAL_CREDENTIALS.accessKeyId,
      ROOT_SECRET_KEY: LOCAL_CREDENTIALS.secretAccessKey,
      VGW_KEEP_ALIVE: 'true',
    })
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forListeningPorts())
    .start()
  return {
    endpoint: `http://${container.getHost()}:${container.getMappedPort(PORT)}`,
    stop: async () => {
      await container.stop()
    },
  }
}
