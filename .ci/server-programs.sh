# Sourced. The servers of docker-compose.yml and of the integration tests as programs of this machine, made from their
# packages (Maven, Go modules) once and then kept: the images' stand-ins hold them, and .ci/native-servers starts them.

# image <name>: with its tag.
image() { grep --only-matching "$1:[^']*" tests/support/container-images.ts; }

dynamodb_image=$(image amazon/dynamodb-local)
s3_image=$(image versity/versitygw)
dynamodb_version=${dynamodb_image#*:}
s3_version=${s3_image#*:}

programs=${XDG_CACHE_HOME:-$HOME/.cache}/backup-service
# Holds DynamoDBLocal.jar and lib/.
dynamodb_program=$programs/dynamodb-local-$dynamodb_version
# Holds versitygw and the entry point of its image.
s3_program=$programs/versitygw-$s3_version

# need <command> <Debian package>
need() {
  if command -v "$1" >/dev/null; then return; fi
  if ! command -v apt-get >/dev/null || (($(id -u) != 0)); then
    echo "$1 is needed, and cannot be installed here" >&2
    return 1
  fi
  echo "== apt-get install $2"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null
}

make_dynamodb_program() {
  if [[ -d $dynamodb_program ]]; then return; fi
  need mvn maven
  mkdir -p "$programs"
  local draft
  draft=$(mktemp -d "$programs/draft.XXXXXX")
  mvn -q -B -Dstyle.color=never -f .ci/dynamodb-local.pom.xml -Dversion="$dynamodb_version" -Dfolder="$draft" \
    dependency:copy-dependencies jar:jar
  chmod -R a+rX "$draft"
  mv "$draft" "$dynamodb_program"
}

make_s3_program() {
  if [[ -d $s3_program ]]; then return; fi
  need go golang
  mkdir -p "$programs"
  local draft module=github.com/versity/versitygw
  draft=$(mktemp -d "$programs/draft.XXXXXX")
  # It names every module that it downloads: of interest only if it fails.
  CGO_ENABLED=0 GOBIN="$draft" go install -ldflags '-s -w' "$module/cmd/versitygw@$s3_version" 2>"$draft.log" ||
    { tail -n 20 "$draft.log" >&2 && return 1; }
  rm "$draft.log"
  # Its module holds the image's entry point too.
  cp "$(go mod download -json "$module@$s3_version" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')/docker-entrypoint.sh" "$draft"
  chmod -R a+rX "$draft"
  mv "$draft" "$s3_program"
}
