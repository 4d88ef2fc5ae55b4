import type { Environment } from './environment.ts'

/** Region, endpoints and credentials are the SDK's to find, by the variables that every AWS SDK reads. */
export interface AwsStorageConfiguration {
  readonly kind: 'aws'
  readonly bucket: string
  /** Of the key that S3 encrypts with; the bucket's own default where absent. */
  readonly kmsKeyArn: string | undefined
  readonly forcePathStyle: boolean
  readonly tableName: string
}

export function awsStorage(environment: Environment): AwsStorageConfiguration {
  const { bucket = '', ...others } = awsNames(environment)
  if (bucket === '') environment.fault('BACKUP_S3_BUCKET', 'has to be set for STORAGE=aws')
  return { kind: 'aws', bucket, kmsKeyArn: environment.text('BACKUP_S3_BUCKET_KMS_KEY_ARN'), ...others }
}

/** Where the table and the bucket are, for those too who make them: they may do without a bucket. */
export function awsNames(
  environment: Environment,
): Pick<AwsStorageConfiguration, 'tableName' | 'forcePathStyle'> & { readonly bucket: string | undefined } {
  return {
    tableName: environment.text('DYNAMODB_TABLE') ?? 'backup-service',
    bucket: environment.text('BACKUP_S3_BUCKET'),
    forcePathStyle: environment.flag('S3_FORCE_PATH_STYLE'),
  }
}
