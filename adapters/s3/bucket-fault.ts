import { S3ServiceException } from '@aws-sdk/client-s3'

/** What is wrong with a bucket, from the answer to `HEAD`, which has no body to explain itself in. */
export function faultOfBucket(error: unknown): string {
  switch (statusOf(error)) {
    case 301:
      return 'is in another region'
    case 403:
      return 'may not be accessed: s3:ListBucket is wanted, and s3:GetObject, s3:PutObject and s3:DeleteObject'
    case 404:
      return 'does not exist'
    default:
      return 'is out of reach'
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined
}
