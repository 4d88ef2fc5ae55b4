import { GenericContainer, Wait } from 'testcontainers'
import { CONTAINER_IMAGES } from './container-images.ts'

export interface DynamoDbServer {
  readonly endpoint: string
  readonly stop: () => Promise<void>
}

const PORT = 8000

/** The server that `TEST_DYNAMODB_ENDPOINT` names, or DynamoDB Local in a container. */
export async function startDynamoDb(): Promise<DynamoDbServer> {
  const endpoint = process.env.TEST_DYNAMODB_ENDPOINT
  if (endpoint !== undefined && endpoint !== '') return { endpoint, stop: async () => {} }
  const container = await new GenericContainer(CONTAINER_IMAGES.dynamoDb)
    .withCommand(['-jar', 'DynamoDBLocal.jar', '-inMemory', '-port', `${PORT}`])
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
