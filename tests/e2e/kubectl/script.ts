import type { Json } from "../../scenarios/support/json.ts";
import {
  BUDGET,
  DB,
  documents,
  GENERATED,
  NAMESPACE,
  pinned,
  SERVICE,
  SETTINGS,
  SHOP,
  web,
} from "./manifests.ts";

/** One command of `kubectl`. */
export interface Step {
  readonly args: readonly string[];
  readonly input?: string;
  /** Played while this one, a watch, runs; it is ended after them. */
  readonly during?: readonly Step[];
  /**
   * What the order of lines is worth: that of time or names without a meaning is sorted away, `set`
   * leaves repetitions out as well, `last` is the one line that does not depend on how fast things go.
   */
  readonly lines?: "sorted" | "set" | "last";
  /** Lines that are compared; unless given, all. */
  readonly keep?: RegExp;
  /** Lines that are not. */
  readonly drop?: RegExp;
}

/** The node that the script keeps for itself. */
const NODE = "spot-0";

function step(line: string, more: Omit<Step, "args"> = {}): Step {
  return { args: line.split(" "), ...more };
}

/** In the namespace of the script. */
function shop(line: string, more: Omit<Step, "args"> = {}): Step {
  return { args: [...line.split(" "), "-n", NAMESPACE], ...more };
}

function patch(target: string, { type, change }: { type: string; change: Json }): Step {
  return {
    args: ["patch", ...target.split(" "), "-n", NAMESPACE, `--type=${type}`, "-p", JSON.stringify(change)],
  };
}

const rolledOut = (target: string) => shop(`rollout status ${target} --timeout=60s`, { lines: "last" });

/** What kwok and the node controllers write to a node, and the kubelet's own lease and events. */
const OF_KUBELETS =
  /^(?:Labels|Annotations|Lease|Events):|^ {9,}\S+[=:]|HolderIdentity|AcquireTime|RenewTime|^ {2}(?:Type {4}Reason|---- {4}------|Normal) /;

const START: readonly Step[] = [
  step("version", { drop: /^(?:Client|Kustomize) Version|WARNING: version difference/ }),
  step("api-resources --api-group=apps -o wide", { lines: "sorted" }),
  step("api-resources --api-group=policy"),
  step("api-resources --api-group=coordination.k8s.io --namespaced=true"),
  step("api-resources --categories=all -o name", {
    lines: "sorted",
    drop: /replicationcontrollers|cronjobs/,
  }),
  step(`cordon ${NODE}`),
  step("create -f -", { input: documents(SHOP) }),
  step("create -f -", { input: documents(SHOP) }),
  step("apply -f -", { input: documents(web(), DB, SERVICE, SETTINGS) }),
  rolledOut("deployment/web"),
  rolledOut("statefulset/db"),
  step("apply -f -", { input: documents({ apiVersion: "v1", kind: "List", items: [BUDGET] }) }),
  step("create -f -", { input: documents(pinned(NODE)) }),
  step("create -f -", { input: documents(pinned(NODE)) }),
  shop("wait --for=condition=Ready pod/pinned --timeout=30s"),
  shop("wait --for=jsonpath={.status.disruptionsAllowed}=1 pdb/web --timeout=30s"),
];

const APPLY: readonly Step[] = [
  step("apply -f -", { input: documents(web(), DB, SERVICE, SETTINGS, BUDGET) }),
  step("apply -f - --dry-run=server", { input: documents(web({ labels: { tier: "front" } })) }),
  step("apply -f -", { input: documents(web({ labels: { tier: "front" } }), SETTINGS) }),
  step("apply -f -", { input: documents(web(), { ...SETTINGS, data: { color: "red" } }) }),
  step("apply -f -", { input: documents({ ...SETTINGS, dat: { color: "red" } }) }),
  step("apply -f - --validate=warn", { input: documents({ ...SETTINGS, dat: { color: "red" } }) }),
  step("apply -f -", { input: documents(web({ spec: { replicas: "three" } })) }),
  step("apply -f -", { input: documents({ apiVersion: "x.io/v1", kind: "Frob", metadata: { name: "x" } }) }),
  step("replace -f -", { input: documents(SETTINGS) }),
  step("create -f - -o name", { input: documents(GENERATED) }),
];

const GET: readonly Step[] = [
  shop("get pods", { lines: "sorted" }),
  shop("get pods -o wide", { lines: "sorted" }),
  shop("get pods -l app=db"),
  shop("get pods -l app!=db,app", { lines: "sorted" }),
  shop("get pods --show-labels -L app", { lines: "sorted" }),
  shop("get pods --field-selector status.phase=Running", { lines: "sorted" }),
  shop("get pods --field-selector metadata.name=db-1"),
  shop(`get pods --field-selector spec.nodeName=${NODE}`),
  shop("get pods --field-selector status.phase=Failed"),
  shop("get pods --field-selector spec.frob=x"),
  shop("get pods --chunk-size=2", { lines: "sorted" }),
  shop("get pods --sort-by=.metadata.name -o name"),
  step("get pods -A", { lines: "sorted", keep: /NAMESPACE|shop/ }),
  shop("get pod db-0"),
  shop("get pod db-0 db-1 missing"),
  shop("get pod missing"),
  shop("get pod missing --ignore-not-found"),
  shop("get frobs"),
  shop("get deployments,replicasets,statefulsets,pdb,services,configmaps -o wide", { drop: /kube-root-ca/ }),
  shop("get all", { lines: "sorted" }),
  step("get nodes"),
  step("get nodes -o wide"),
  step("get nodes -L karpenter.sh/capacity-type -l karpenter.sh/capacity-type=spot"),
  step(`get namespace ${NAMESPACE} -o name`),
  shop("get deployment web -o yaml"),
  shop("get statefulset db -o json"),
  shop("get pdb web -o yaml"),
  shop("get configmap settings -o yaml"),
  shop("get pod pinned -o yaml"),
  step(`get namespace ${NAMESPACE} -o json`),
  shop("get pods -l app=db -o json", { keep: /kind|apiVersion|"name"|"phase"/ }),
  shop("get deployment web -o jsonpath={.status.readyReplicas}/{.spec.replicas}"),
  shop("get pods -l app=db -o jsonpath={range.items[*]}{.metadata.name}{end}"),
  shop("get pods -l app=db -o custom-columns=NAME:.metadata.name,PHASE:.status.phase"),
  shop("get deployment.v1.apps/web statefulset/db -o name"),
  shop("get deployment web --subresource=scale"),
  step("get --raw /apis/apps"),
];

const DESCRIBE: readonly Step[] = [
  shop("describe pod db-0"),
  shop("describe pod pinned"),
  shop("describe deployment web"),
  shop("describe replicaset -l app=web"),
  shop("describe statefulset db"),
  shop("describe pdb web"),
  // Of a map, in whichever order.
  shop("describe configmap settings", { lines: "sorted" }),
  shop("describe service db"),
  step(`describe namespace ${NAMESPACE}`, { drop: /^$|No resource quota|No LimitRange/ }),
  step(`describe node ${NODE}`, { drop: OF_KUBELETS }),
  shop("describe pod missing"),
];

const CHANGE: readonly Step[] = [
  patch("deployment web", { type: "merge", change: { metadata: { labels: { tier: "back" } } } }),
  patch("deployment web", { type: "merge", change: { metadata: { labels: { tier: "back" } } } }),
  patch("deployment/web", { type: "json", change: [{ op: "remove", path: "/metadata/labels/tier" }] }),
  patch("deployment/web", { type: "json", change: [{ op: "remove", path: "/metadata/labels/tier" }] }),
  patch("deployment/web", {
    type: "strategic",
    change: {
      spec: { template: { spec: { containers: [{ name: "main", env: [{ name: "EXTRA", value: "1" }] }] } } },
    },
  }),
  rolledOut("deployment/web"),
  shop("get deployment web -o jsonpath={.spec.template.spec.containers[0].env}"),
  patch("pod missing", { type: "merge", change: {} }),
  shop("patch configmap settings --type=merge -p {"),
  shop("label pod db-0 color=blue"),
  shop("label pod db-0 color=red"),
  shop("label pod db-0 color=red --overwrite"),
  shop("label pods -l app=db color-"),
  shop("annotate deployment web note=one"),
  shop("annotate deployment web note=two"),
  shop("annotate deployment web note-"),
  step(`taint nodes ${NODE} x.io/test=yes:NoSchedule`),
  step(`taint nodes ${NODE} x.io/test-`),
];

const SCALE: readonly Step[] = [
  shop("get pods -l app=web -w", {
    lines: "set",
    during: [shop("scale deployment/web --replicas=5"), rolledOut("deployment/web")],
  }),
  shop("get deployment web -w -o name", {
    lines: "set",
    during: [shop("scale deployment web --replicas=3 --current-replicas=5"), rolledOut("deployment/web")],
  }),
  shop("scale deployment web --replicas=3 --current-replicas=9"),
  shop("scale statefulset db --replicas=3"),
  rolledOut("statefulset/db"),
  shop("scale statefulset db --replicas=2"),
  // Of a pod that has gone before, kubectl says nothing.
  shop("wait --for=delete pod/db-2 --timeout=30s", { drop: /condition met$/ }),
  shop("scale deployment missing --replicas=1"),
];

const ROLLOUT: readonly Step[] = [
  shop("set image deployment/web main=example.io/web:2"),
  shop("annotate deployment/web kubernetes.io/change-cause=second"),
  rolledOut("deployment/web"),
  shop("rollout history deployment/web"),
  shop("rollout history deployment/web --revision=2"),
  shop("rollout history deployment/web --revision=77"),
  shop("rollout undo deployment/web"),
  rolledOut("deployment/web"),
  shop("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"),
  shop("rollout undo deployment/web --to-revision=77"),
  shop("rollout pause deployment/web"),
  shop("rollout pause deployment/web"),
  shop("set image deployment/web main=example.io/web:3"),
  shop("rollout undo deployment/web"),
  shop("rollout restart deployment/web"),
  shop("rollout resume deployment/web"),
  rolledOut("deployment/web"),
  shop("rollout restart deployment/web"),
  rolledOut("deployment/web"),
  shop("rollout restart statefulset/db"),
  rolledOut("statefulset/db"),
  shop("rollout history statefulset/db"),
  shop("rollout undo statefulset/db"),
  rolledOut("statefulset/db"),
  shop("set env deployment/web MODE=fancy"),
  rolledOut("deployment/web"),
  shop("get replicasets -l app=web", { lines: "sorted" }),
];

/** Before the tenth event of a kind on an object: from then on client-go combines them. */
const EVENTS: readonly Step[] = [
  shop("events --for deployment/web", { lines: "set" }),
  shop("events --for statefulset/db --types=Normal", { lines: "set" }),
  shop("get events", { lines: "set" }),
  shop("get events --field-selector involvedObject.name=db -o custom-columns=R:.reason,M:.message", {
    lines: "set",
  }),
];

const END: readonly Step[] = [
  step(`drain ${NODE} --dry-run=client --force`),
  step(`drain ${NODE} --dry-run=server --force`),
  step(`drain ${NODE} --force --timeout=30s`),
  step(`uncordon ${NODE}`),
  step(`uncordon ${NODE}`),
  shop("delete pod db-0"),
  rolledOut("statefulset/db"),
  shop("delete pod db-1 --grace-period=0 --force"),
  rolledOut("statefulset/db"),
  shop("delete pod -l app=web --wait=false", { lines: "sorted" }),
  rolledOut("deployment/web"),
  shop("delete deployment web --dry-run=server"),
  shop("delete deployment web --cascade=orphan"),
  shop("get deployments"),
  shop("get pods -l app=web", { lines: "sorted" }),
  shop("delete replicasets -l app=web --cascade=foreground", { lines: "sorted" }),
  shop("get pods -l app=web"),
  shop("delete configmap missing"),
  shop("delete configmap missing --ignore-not-found"),
  step("delete -f -", { input: documents(DB, SETTINGS) }),
  shop("delete pdb --all"),
  step(`delete namespace ${NAMESPACE} --timeout=60s`),
  step(`get namespace ${NAMESPACE}`),
];

/** What a person does with a cluster in a day, one command after the other. */
export const SCRIPT: readonly Step[] = [
  ...START,
  ...APPLY,
  ...GET,
  ...DESCRIBE,
  ...CHANGE,
  ...SCALE,
  ...EVENTS,
  ...ROLLOUT,
  ...END,
];
