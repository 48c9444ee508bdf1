#!/bin/sh
# Campaign files in a pipeline: what changes is reviewed, and then exactly that is applied. Nothing here sends anything.
#
#   pipeline.sh rehearse FOLDER    applies the files in a sandbox: needs no account
#   pipeline.sh review FOLDER OUT  writes OUT/comment.md for people and OUT/week.plan for deploy
#   pipeline.sh deploy OUT         does what OUT/week.plan says, or refuses: the files or the account have changed
#
# The key of the account is KLAVIYO_API_KEY; klaviyo keeps it out of every file and message.
set -eu

rehearse() {
    KLAVIYO_SANDBOX=1
    export KLAVIYO_SANDBOX
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"; klaviyo sandbox stop >/dev/null' EXIT
    cp -R "$1/." "$copy" # its lock files stay as they are
    klaviyo apply "$copy" --yes
    klaviyo plan "$copy" --check # a second apply would change nothing
}

review() {
    mkdir -p "$2"
    status=0
    klaviyo plan "$1" --check --markdown -o "$2/week.plan" >"$2/comment.md" || status=$?
    case $status in
    0) echo "Nothing to do." ;;
    10) echo "There are changes: see $2/comment.md." ;;
    *) exit "$status" ;; # a mistake in a file, no key, no connection: klaviyo has said it
    esac
}

deploy() {
    klaviyo apply --plan "$1/week.plan" --yes --json >"$1/applied.json"
    echo "Applied."
}

usage() {
    sed -n '4,6s/^# *//p' "$0" >&2
    exit 2
}

case "${1-} $#" in
"rehearse 2" | "review 3" | "deploy 2")
    command=$1
    shift
    "$command" "$@"
    ;;
*) usage ;;
esac
