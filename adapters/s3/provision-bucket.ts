import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadBucketCommand,
  PutPublicAccessBlockCommand,
  S3ServiceException,
  type BucketLocationConstraint,
  type S3Client,
} from '@aws-sdk/client-s3'
import { faultOfBucket } from './bucket-fault.ts'

/** S3 takes it for granted, and refuses to be told. */
const DEFAULT_REGION = 'us-east-1'

/**
 * Creates the bucket if it is missing and blocks public access to it. An existing bucket is left as it is.
 * @param note told what was done or could not be
 */
export async function provisionBucket(client: S3Client, bucket: string, note: (line: string) => void): Promise<void> {
  if (!(await createBucket(client, bucket))) {
    note(`bucket ${bucket}: there already`)
    return
  }
  note(`bucket ${bucket}: created`)
  await blockPublicAccess(client, bucket, note)
}

async function createBucket(client: S3Client, bucket: string): Promise<boolean> {
  if (await exists(client, bucket)) return false
  const region = await client.config.region()
  try {
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        ...(region === DEFAULT_REGION
          ? {}
          : { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } }),
      }),
    )
    return true
  } catch (error) {
    // Somebody else was faster.
    if (error instanceof BucketAlreadyOwnedByYou) return false
    throw error
  }
}

async function exists(client: S3Client, bucket: string): Promise<boolean> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket }))
    return true
  } catch (error) {
    if (!(error instanceof S3ServiceException)) throw error
    if (error.$metadata.httpStatusCode === 404) return false
    throw new Error(`bucket ${bucket} ${faultOfBucket(error)}, or the name is taken by somebody else`, { cause: error })
  }
}

/** The default of new buckets on AWS; said all the same, because an account can be set up otherwise. */
async function blockPublicAccess(client: S3Client, bucket: string, note: (line: string) => void): Promise<void> {
  try {
    await client.send(
      new PutPublicAccessBlockCommand({
        Bucket: bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      }),
    )
    note(`bucket ${bucket}: public access blocked`)
  } catch (error) {
    // Not every S3-compatible server has it.
    if (!(error instanceof S3ServiceException)) throw error
    note(`bucket ${bucket}: public access not blocked, the server answered ${error.name}`)
  }
}
