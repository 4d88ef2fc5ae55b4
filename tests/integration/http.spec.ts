// The HTTP suite, on S3 and DynamoDB. Left out is what has no storage to do with, and what is about the files of the
// embedded one. The order matters: the storage is chosen before the suite is loaded.
import './support/http-suite-on-aws.ts'
import '../http/broken-off-uploads.spec.ts'
import '../http/downloads.spec.ts'
import '../http/lifecycle.spec.ts'
import '../http/matrix/add-factor-pairings.spec.ts'
import '../http/matrix/authorization.spec.ts'
import '../http/matrix/turnkey-activity.spec.ts'
import '../http/multipart-encodings.spec.ts'
import '../http/multipart-parts.spec.ts'
import '../http/parallel-requests.spec.ts'
import '../http/refused-while-sending.spec.ts'
import '../http/upload-sizes.spec.ts'
