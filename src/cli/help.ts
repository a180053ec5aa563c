import type { CommandName } from "./arguments.ts";

const CLUSTER = `  --kubeconfig FILE   the cluster; else KUBECONFIG, the service account, ~/.kube/config
  --context NAME      a context of the kubeconfig
  --config FILE       the operator's configuration`;

const HELP: Readonly<Record<CommandName, string>> = {
  run: `Usage: spotalis [run] [options]

Splits the replicas of annotated workloads between spot and on-demand nodes, and keeps the split right.

Commands:
  run (default)       the operator: admission webhook and controller
  plan                what it would do in a cluster now; changes nothing
  explain KIND/NAME   a workload's policy, census, slots, and every gate with its answer
  config              the effective configuration, and where each value came from
  version             the version

Options of run:
${CLUSTER}
  -h, --help          of any command

Exit codes: 0 done, 1 failed, 2 bad usage or configuration.
`,
  plan: `Usage: spotalis plan [options]

What the operator would do with every workload of the cluster now. Changes nothing.

Options:
${CLUSTER}
  -n, --namespace NS  only this namespace
  -o, --output FORM   text (default) or json
`,
  explain: `Usage: spotalis explain KIND/NAME -n NS [options]

A workload's policy, census and slots, and what every gate answers. KIND is deployment or statefulset.

Options:
${CLUSTER}
  -n, --namespace NS  the workload's namespace; else the context's, else default
  -o, --output FORM   text (default) or json
`,
  config: `Usage: spotalis config [options]

The effective configuration, and where each value came from.

Options:
  --config FILE       the operator's configuration
  -o, --output FORM   text (default) or json
`,
  version: `Usage: spotalis version
`,
};

export function helpOf(command: CommandName): string {
  return HELP[command];
}
