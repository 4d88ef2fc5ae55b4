/** What the integration tests run in containers; the same as in docker-compose.yml. */
export const CONTAINER_IMAGES = {
  dynamoDb: 'amazon/dynamodb-local:2.6.1',
  s3: 'versity/versitygw:v1.8.0',
} as const
