#!/usr/bin/env bash
# Compiles one binary with its permissions baked in:
#
#   deploy/compile.sh cli       dist/spotalis            every command, for any cluster that a kubeconfig names
#   deploy/compile.sh image     dist/spotalis-image      for a pod: no "simulate" and "demo", whose code would
#                                                        take 15 MB of memory, and the narrowest permissions
#   deploy/compile.sh operator  dist/spotalis-operator   the program of the image with the permissions of the
#                                                        cli: what tests and benchmarks start outside a pod
#
# What a permission does not name is refused at run time, without a prompt, and no flag given to the
# binary can widen it. Neither build may write files, run programs, load libraries or ask for the
# system's details: so no --allow-write, --allow-run, --allow-ffi, --allow-sys.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Where a runtime is vendored beside the project, the Deno of its version has to compile with it
# (docs/decisions/0004-two-deno-versions.md). That version trusts the system's certificate authorities
# only when told to. Elsewhere the running Deno fetches the runtime of its own version.
vendored=../shared/toolchain/denort
if [[ -f $vendored ]]; then
  DENORT_BIN=$(bash "$vendored")
  export DENORT_BIN DENO_TLS_CA_STORE=system
  deno=(npx -y deno@2.7.11)
else
  deno=(deno)
fi

# Exactly the variables that the program reads.
variables=$("${deno[@]}" run --quiet --frozen --no-check --no-prompt - <<<'
  import { READ_VARIABLES } from "./src/cli/context.ts";
  console.log(READ_VARIABLES.join());
')

# Old space and three times the semi-space make the heap limit: 108 MB. With some 55 MB of runtime and
# buffers around it that stays under the pod's limit of 256 Mi, so that V8 collects before the kernel
# kills. "Size" lets the heap grow more slowly: 5,000 cached pods take a quarter less memory, and eight
# connections get 5 to 10 % fewer reviews a second.
memory=--max-old-space-size=96,--max-semi-space-size=4,--optimize-for-size
# eval and new Function throw: no text from outside can become code. zod's own use of it falls back.
no_eval=--disallow-code-generation-from-strings

common=(
  --quiet
  # All is in the bundle: without these, every file of every npm package would be embedded beside it.
  --no-config --no-lock
  # "deno task check" does that, with the version of TypeScript that the code is written for.
  --no-check
  # A cache of compiled code would be written to disk at the first run; starting takes no longer without.
  --no-code-cache
  --no-prompt
  --v8-flags="$memory,$no_eval"
  # The configuration's own, KUBECONFIG and HOME, KUBERNETES_SERVICE_HOST and POD_NAME, NO_COLOR.
  --allow-env="$variables"
  # The yaml package asks for these two, to print what it reads: a kubeconfig's secrets, say. To it they
  # are never set.
  --ignore-env=LOG_TOKENS,LOG_STREAM
  # No code from the network: by default a few hosts are allowed.
  --deny-import
)

build=${1:-}
case $build in
cli | operator)
  permissions=(
    # The API server is the one that a kubeconfig names; "run" listens where its configuration says.
    --allow-net
    # --kubeconfig, --config, and the certificates and tokens that they name can be anywhere.
    --allow-read
  )
  ;;
image)
  peers=10.0.0.0/8:9443,172.16.0.0/12:9443,192.168.0.0/16:9443,100.64.0.0/10:9443
  permissions=(
    # The API server by its name, since its address is not known beforehand. 0.0.0.0 and [::] without a
    # port are for listening: webhook, metrics and health, on whatever ports the configuration names. A
    # connection to them gets no further than the pod itself. Nor does one to 127.0.0.1, where the webhook's
    # listener hands its connections to the server behind it.
    # The webhook of the replica that leads, by its pod's address, which is known only then: so the private
    # ranges, and of them the one port of deploy/. Ranges of IPv6 cannot be named. A cluster whose pods have
    # other addresses, or another webhook.port, needs them here: without, each replica decides by itself.
    --allow-net="kubernetes.default.svc:443,0.0.0.0,[::],127.0.0.1,$peers"
    # Token and CA of the service account; the configuration and certificates that deploy/ mounts; the
    # default of webhook.certDir.
    --allow-read=/var/run/secrets/kubernetes.io/serviceaccount,/etc/spotalis,/tmp/k8s-webhook-server/serving-certs
  )
  ;;
*)
  echo "usage: deploy/compile.sh cli|image|operator" >&2
  exit 2
  ;;
esac

entry=main_operator.ts output=dist/spotalis-$build
if [[ $build == cli ]]; then entry=main.ts output=dist/spotalis; fi

# One file first: it holds only what is reached, starts in two thirds of the time, and saves 7 MB of
# memory. The packages are those of deno.lock, or it fails (--frozen).
bundle=dist/bundle/spotalis-$build.js
"${deno[@]}" bundle --quiet --frozen --output "$bundle" "$entry"
"${deno[@]}" compile "${common[@]}" "${permissions[@]}" --output "$output" "$bundle"
