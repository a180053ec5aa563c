import { type CommandName, COMMANDS } from "./arguments.ts";

const CLUSTER = `  --kubeconfig FILE   the cluster; else KUBECONFIG, the service account, ~/.kube/config
  --context NAME      a context of the kubeconfig
  --config FILE       the operator's configuration`;

/** Of each command, what the list of them says. */
const LINES: Readonly<Record<CommandName, string>> = {
  run: "run (default)       the operator: admission webhook and controller",
  plan: "plan                what it would do in a cluster now; changes nothing",
  explain: "explain KIND/NAME   a workload's policy, census, slots, and every gate with its answer",
  simulate:
    "simulate -f FILE    your manifests in an embedded cluster: days of spot reclaims in seconds, and a report",
  demo: "demo                an embedded cluster in this terminal: the whole story in under two minutes",
  config: "config              the effective configuration, and where each value came from",
  version: "version             the version",
};

const HELP: Readonly<Record<CommandName, string>> = {
  run: `Usage: spotalis [run] [options]

Splits the replicas of annotated workloads between spot and on-demand nodes, and keeps the split right.

Commands:
{COMMANDS}

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
  simulate: `Usage: spotalis simulate -f FILE... [options]

Plays your own Deployments, StatefulSets, PodDisruptionBudgets and HorizontalPodAutoscalers in a
Kubernetes cluster that is embedded in this program, with the real operator in it, and reports what
would have happened. Nothing is installed and no cluster is reached.

Options:
  -f, --file FILE...  manifests in YAML or JSON, such as from "kubectl get -o yaml"; - is stdin
  --scenario FILE     nodes, prices, reclaims, deploys, outages; else sensible defaults
  --config FILE       the operator's configuration; else the ConfigMap spotalis-config of the manifests
  --length DURATION   how much time is simulated, such as 24h; else the scenario's
  --seed N            another seed is another day; else the scenario's
  --runs N            that many seeds, with medians and ranges
  --compare VARIANT   beside what is given, again and again: percentage=50,70,90 or floor=1,2 (of
                      the workloads that are managed, or of all where none is), config=FILE, or off
                      (without the operator)
  -o, --output FORM   text (default), json, or html: one page with charts
  --schema            prints the JSON Schema of a scenario
  --serve             serves the cluster on loopback instead; stdout gets a kubeconfig for kubectl
  --port N            where; else any port that is free
  --speed N           with --serve: so many times faster than real time (1)
`,
  demo: `Usage: spotalis demo [options]

Shows the operator at work in a cluster that is embedded in this program. Ends by itself; q ends it sooner.

Options:
  --scenario NAME     one chapter only; a name that there is not lists them
  --step              waits for a key after each chapter
  --speed N           so many times faster (1)
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

/** `names`: the commands that there are. */
export function helpOf(command: CommandName, names: readonly CommandName[] = COMMANDS): string {
  return HELP[command].replace("{COMMANDS}", names.map((name) => `  ${LINES[name]}`).join("\n"));
}
